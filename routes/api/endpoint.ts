/**
 * What an endpoint of the admin API is: one object from which come its route, its scope, the reading
 * of its body, and its place in the OpenAPI document.
 */
import type * as z from "zod";
import type { AuditEntry, AuditStore } from "../../src/audit/audit.ts";
import type { FleetMember } from "../../src/fleet/member.ts";
import type { Gateway } from "../../src/gateway.ts";
import type { Fault, FaultCode } from "../../src/model/fault.ts";
import type { PolicyFeed } from "../../src/store/feed.ts";
import type { Admin, Scope } from "../admin_auth.ts";
import type { OpenApiDocument } from "./openapi.ts";

/** What endpoints work on. */
export interface Services {
  readonly feed: PolicyFeed;
  readonly gateway: Pick<Gateway, "serving" | "health" | "platform">;
  readonly fleet: Pick<FleetMember, "drain" | "members" | "ownStatus">;
  readonly audit: AuditStore;
  /** The OpenAPI document. */
  readonly document: () => OpenApiDocument;
}

/** One request to an endpoint, read and allowed. */
export interface Call<Body> {
  readonly body: Body;
  /** The body as it came; "" without one. */
  readonly text: string;
  /** By the names in the path's template. */
  readonly params: Readonly<Record<string, string>>;
  /** A query parameter; `undefined` if it is not there. */
  readonly query: (name: string) => string | undefined;
  /** A header; `undefined` if it is not there. */
  readonly header: (name: string) => string | undefined;
  /** `null`: nobody was asked who they are. */
  readonly admin: Admin | null;
}

/** An answer before it is a response. */
export type Reply<Answer> =
  | { readonly json: Frozen<Answer>; readonly headers?: Readonly<Record<string, string>> }
  /** A policy, byte for byte. */
  | { readonly policy: string; readonly revision: string }
  | Refusal;

export interface Refusal {
  readonly refused: Fault;
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export const isRefusal = (value: object): value is Refusal => "refused" in value;

/** What `z.infer` gives, as those who never change it hold it. */
export type Frozen<T> = T extends readonly (infer Item)[] ? readonly Frozen<Item>[]
  : T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> }
  : T;

export interface BodySpec<Body> {
  /** For the document. */
  readonly schema: z.ZodType;
  readonly required: boolean;
  readonly read: (text: string) => Body | Refusal;
}

export interface Parameter {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly schema: z.ZodType;
  readonly description: string;
}

/** How a write stands in the audit log. */
export interface Write<Body> {
  readonly action: AuditEntry["action"];
  /** The revision or the cluster that it is about; `null`: none, or none that is known. */
  readonly subject: (
    what: {
      readonly params: Readonly<Record<string, string>>;
      /** `null`: it was refused before its body was read. */
      readonly body: Body | null;
      /** What was answered; `null`: a refusal. */
      readonly done: unknown;
    },
  ) => string | null;
  /** Whether it replaces the policy. */
  readonly replaces: boolean;
}

export interface EndpointSpec<Body, Answer> {
  readonly method: "GET" | "PUT" | "POST";
  /** Below Limen's prefix, with `{name}` for a segment that varies: `/clusters/{name}/drain`. */
  readonly path: string;
  /** `null`: open to all. */
  readonly scope: Scope | null;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  /** Absent: what comes is not read. */
  readonly body?: BodySpec<Body>;
  readonly answer: {
    readonly description: string;
    readonly schema: z.ZodType<Answer>;
    /** Whether the answer is a policy's text, with its revision as ETag. */
    readonly isPolicy?: true;
    /** Names of headers that it carries, with what they say. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Refusals of its own, besides those that any endpoint may answer. */
  readonly refusals?: readonly FaultCode[];
  /** Absent: it changes nothing. */
  readonly write?: Write<Body>;
  readonly handle: (
    call: Call<Body>,
    services: Services,
  ) => Reply<Answer> | Promise<Reply<Answer>>;
}

/** An endpoint whose types have been checked, to stand in a list with others. */
export type Endpoint = EndpointSpec<unknown, unknown>;

/** Body and answer are what `handle` and the schemas agree on; the table needs to know no more. */
export const endpoint = <Body = undefined, Answer = unknown>(
  spec: EndpointSpec<Body, Answer>,
): Endpoint => spec as unknown as Endpoint;

/** Refusals that any endpoint may answer that is not open to all. */
const BY_AUTH: readonly FaultCode[] = [
  "unauthenticated",
  "forbidden",
  "rate_limited",
  "keys_unreachable",
];

/** The code of every refusal that an endpoint may answer, a failure of the gateway itself aside. */
export const codesOf = (
  { scope, body, refusals = [] }: Pick<Endpoint, "scope" | "body" | "refusals">,
): ReadonlySet<FaultCode> =>
  new Set([
    ...refusals,
    ...(scope === null ? [] : BY_AUTH),
    ...(body === undefined ? [] : ["bad_request", "body_too_large"] as const),
  ]);
