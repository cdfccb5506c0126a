/** Limen's own endpoints, below its prefix: the table, served. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Fault, fault, isFault } from "../src/model/fault.ts";
import type { Later } from "../src/store/feed.ts";
import { MAX_POLICY_BYTES } from "../src/store/push.ts";
import type { Admin, AdminAuth, Scope } from "./admin_auth.ts";
import { authorOf, messageOf } from "./api/author.ts";
import {
  type Call,
  type Endpoint,
  isRefusal,
  type Refusal,
  type Reply,
  type Services,
  type Write,
} from "./api/endpoint.ts";
import { openApi, type OpenApiDocument } from "./api/openapi.ts";
import { endpoints } from "./api/table.ts";
import { logWrite, type WriteEvent } from "./api/write_log.ts";
import { problem } from "./problem.ts";

export interface OwnOptions extends Omit<Services, "document"> {
  readonly prefix: string;
  readonly auth: AdminAuth;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (event: WriteEvent) => void;
}

/** What comes with a request besides itself. */
export interface Visit {
  /** The client's address; `null` where nobody knows. */
  readonly ip: string | null;
  readonly later: Later;
}

/** What a request's way through its middlewares has brought so far. */
interface Progress {
  admin: Admin;
  /** The body, read. */
  body: unknown;
  /** The answer, if it is none of refusal. */
  done: unknown;
  /** Of the refusal, if it is one. */
  code: string;
}

type OwnEnv = { Bindings: Visit; Variables: Partial<Progress> };
type OwnContext = Context<OwnEnv>;
type Middleware = MiddlewareHandler<OwnEnv>;

export type OwnApp = Hono<OwnEnv>;

/** To be called with a `Visit`: `app.fetch(request, visit)`. */
export function ownRoutes({ prefix, auth, now, log, ...given }: OwnOptions): OwnApp {
  let document: OpenApiDocument | null = null;
  const services: Services = {
    ...given,
    document: () => document ??= openApi(endpoints, prefix),
  };
  const app: OwnApp = new Hono<OwnEnv>().basePath(prefix);
  // Whoever runs this logs what nobody expected, and answers.
  app.onError((error) => {
    throw error;
  });

  const enter: Middleware = async (c, next) => {
    const admin = await auth.enter(c.req.header("authorization") ?? null);
    if (isFault(admin)) return denied(admin);
    c.set("admin", admin);
    await next();
  };
  const record = (write: Write<unknown>): Middleware => async (c, next) => {
    const { active } = given.feed;
    const previous = write.replaces ? active?.revision ?? null : null;
    const say = (status: number, code: string | null): void => {
      const { admin, body = null, done = null } = c.var;
      const header = (name: string): string | undefined => c.req.header(name);
      logWrite(
        {
          at: new Date(now()).toISOString(),
          action: write.action,
          by: authorOf({ admin: admin!, header }),
          credential: admin!.credential,
          subject: write.subject({ params: c.req.param(), body, done }),
          previous,
          message: messageOf({ header }),
          status,
          code,
          ip: c.env.ip,
        },
        { store: given.audit, log },
        c.env.later,
      );
    };
    try {
      await next();
    } catch (error) {
      say(500, "internal_error");
      throw error;
    }
    say(c.res.status, c.get("code") ?? null);
  };

  for (const endpoint of endpoints) {
    const { method, path, scope, body, write } = endpoint;
    const way: Middleware[] = [];
    if (scope !== null) way.push(enter);
    // What is refused for want of a scope is on record too.
    if (write !== undefined) way.push(record(write));
    if (scope !== null) way.push(needs(scope));
    if (body !== undefined) way.push(limited);
    app.on(method, [routeOf(path)], ...way, (c) => answer(c, endpoint, services));
  }
  for (const [path, methods] of Map.groupBy(endpoints, ({ path }) => path)) {
    const allow = methods.flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method]);
    const refuse: Middleware = () => Promise.resolve(notAllowed(allow.join(", ")));
    if (methods.some(({ scope }) => scope !== null)) app.all(routeOf(path), enter);
    app.all(routeOf(path), refuse);
  }
  app.all("*", enter);
  app.notFound(() => problem(fault("not_found", "Limen has no endpoint of this name.")));
  return app;
}

/** `/clusters/{name}` as Hono writes it. */
const routeOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

const needs = (scope: Scope): Middleware => async (c, next) => {
  if (c.get("admin")!.scopes.includes(scope)) return await next();
  const headers = {
    // RFC 6750 §3.1.
    "www-authenticate": `Bearer realm="limen", error="insufficient_scope", scope="limen:${scope}"`,
  };
  return refuse(
    c,
    { refused: fault("forbidden", `This needs the scope limen:${scope}.`) },
    headers,
  );
};

const limited: Middleware = bodyLimit({
  maxSize: MAX_POLICY_BYTES,
  onError: (c) =>
    refuse(c, { refused: fault("body_too_large", `The limit is ${MAX_POLICY_BYTES} bytes.`) }),
});

async function answer(c: OwnContext, endpoint: Endpoint, services: Services): Promise<Response> {
  const text = endpoint.body === undefined ? "" : decode(await c.req.arrayBuffer());
  if (text === null) return refuse(c, { refused: fault("bad_request", "The body is not UTF-8.") });
  const body = endpoint.body?.read(text);
  if (typeof body === "object" && body !== null && isRefusal(body)) return refuse(c, body);
  c.set("body", body);
  const call: Call<unknown> = {
    body,
    text,
    params: c.req.param(),
    query: (name) => c.req.query(name),
    header: (name) => c.req.header(name),
    admin: c.get("admin") ?? null,
  };
  return respond(c, await endpoint.handle(call, services));
}

function respond(c: OwnContext, reply: Reply<unknown>): Response {
  if (isRefusal(reply)) return refuse(c, reply);
  c.header("cache-control", "no-store");
  if ("policy" in reply) {
    c.header("etag", `"${reply.revision}"`);
    c.header("content-type", "application/json; charset=utf-8");
    return c.body(reply.policy);
  }
  c.set("done", reply.json);
  for (const [name, value] of Object.entries(reply.headers ?? {})) c.header(name, value);
  return c.json(reply.json as Record<string, never>);
}

function refuse(
  c: Context,
  { refused, members }: Refusal,
  headers: Readonly<Record<string, string>> = {},
): Response {
  c.set("code", refused.fault);
  return problem(refused, { headers, ...(members !== undefined && { members }) });
}

function denied(refused: Fault): Response {
  const headers: Record<string, string> = refused.fault === "unauthenticated"
    ? { "www-authenticate": 'Bearer realm="limen"' }
    : refused.fault === "rate_limited"
    ? { "retry-after": "60" }
    : {};
  return problem(refused, { headers });
}

const notAllowed = (allow: string): Response =>
  problem(fault("method_not_allowed", `Allowed are ${allow}.`), { headers: { allow } });

/** What is stored is given back byte for byte, so nothing is replaced or dropped here. */
function decode(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
