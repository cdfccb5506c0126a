/** Limen's own endpoints over a real policy language, with stores in memory. Every answer is held against the table. */
import assert from "node:assert/strict";
import { type Admin, type AdminAuth, adminAuth } from "../../../routes/admin_auth.ts";
import { type OwnApp, ownRoutes } from "../../../routes/own.ts";
import type { AuditEntry, AuditStore } from "../../../src/audit/audit.ts";
import { CapacityGates } from "../../../src/capacity/gates.ts";
import { FleetMember } from "../../../src/fleet/member.ts";
import type { Gateway } from "../../../src/gateway.ts";
import { HealthRegistry } from "../../../src/health/registry.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { policyReader } from "../../../src/platform/reader.ts";
import type { PolicyFeed } from "../../../src/store/feed.ts";
import { FakeFleetStore, statusOf } from "../../fleet/fakes.ts";
import { FakeStore, feedOn } from "../../store/fakes.ts";
import { gatewayOf } from "../../support/gateways.ts";
import { FakePlatform } from "../../support/platform.ts";
import { assertDeclared } from "../support/declared.ts";

export const TOKEN = "s3cret";

/** A policy with two clusters, a canary and a test of its own. */
export const POLICY = `{
  // who takes what
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://a.aws.test", "https://b.aws.test"] },
    "dc": { "location": "edge", "endpoints": ["https://dc.test"] }
  },
  "routes": [
    { "name": "shop", "match": { "path": "/shop/*" }, "split": { "aws": 80, "dc": 20 } },
    { "name": "old", "match": { "path": "/old/*" }, "redirect": { "path": { "prefix": "/shop" } } }
  ],
  "tests": [
    {
      "name": "the shop is shared",
      "request": { "url": "https://shop.test/shop/cart" },
      "expect": { "route": "shop", "clusters": { "aws": 0.8 } }
    }
  ]
}
`;

export class FakeAudit implements AuditStore {
  entries: AuditEntry[] = [];
  failure: string | null = null;
  limits: number[] = [];

  append(entry: AuditEntry): Promise<{ readonly failure: string } | null> {
    const { failure } = this;
    if (failure === null) this.entries.unshift(entry);
    return Promise.resolve(failure === null ? null : { failure });
  }

  read(limit: number): Promise<readonly AuditEntry[] | { readonly failure: string }> {
    this.limits.push(limit);
    const { failure, entries } = this;
    return Promise.resolve(failure === null ? entries.slice(0, limit) : { failure });
  }
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- what a test looks for in it differs from line to line
  readonly json: any;
}

export interface Asking {
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WorldOptions {
  /** In place of the feed's. */
  readonly plan?: () => Plan | null;
  readonly auth?: AdminAuth;
}

/** A good way in for somebody else than the token's holder. */
export const authAs = (admin: Admin): AdminAuth => ({
  enter: () => Promise.resolve(admin),
  recognize: () => Promise.resolve(admin),
  freshen: () => Promise.resolve(),
});

export class World {
  readonly platform = new FakePlatform();
  readonly health = new HealthRegistry();
  readonly store = new FakeStore();
  readonly fleetStore = new FakeFleetStore();
  readonly audit = new FakeAudit();
  readonly log: Readonly<Record<string, unknown>>[] = [];
  readonly feed: PolicyFeed;
  readonly gateway: Gateway;
  readonly app: OwnApp;
  readonly #behind: Promise<void>[] = [];

  constructor({ plan, auth }: WorldOptions = {}) {
    const now = (): number => this.platform.now();
    const { feed } = feedOn(this.store, policyReader("deno"));
    const activePlan = plan ?? ((): Plan | null => feed.active?.plan ?? null);
    const gateway = gatewayOf(this.platform, activePlan, { health: this.health });
    const fleet = new FleetMember({
      store: this.fleetStore,
      registry: this.health,
      plan: activePlan,
      checker: null,
      gates: new CapacityGates("m"),
      intervalMs: 500,
      status: () => statusOf({ id: "me" }),
      statusMs: Infinity,
      now,
      log: () => {},
    });
    this.feed = feed;
    this.gateway = gateway;
    this.app = ownRoutes({
      prefix: "/_limen",
      feed,
      auth: auth ?? adminAuth({ token: TOKEN, jwt: null, now }),
      gateway,
      fleet,
      audit: this.audit,
      now,
      log: (event) => void this.log.push(event),
    });
  }

  /** @param path below the prefix; the right token goes with it unless `headers` say otherwise */
  async ask(method: string, path: string, { body, headers = {} }: Asking = {}): Promise<Told> {
    const response = await this.app.request(
      `http://shop.test/_limen${path}`,
      {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      },
      { ip: "192.0.2.7", later: (work) => void this.#behind.push(work) },
    );
    const text = await response.text();
    const told = { status: response.status, headers: response.headers, text };
    assertDeclared(method, path, told);
    return { ...told, json: text === "" ? null : parsed(text) };
  }

  /** Pushes a policy through the API. @returns its revision */
  async push(policy: unknown = POLICY): Promise<string> {
    const told = await this.ask("PUT", "/policy", { body: policy });
    assert.equal(told.status, 200, told.text);
    return told.json.revision;
  }

  /** Waits for what goes on behind responses. */
  async settle(): Promise<void> {
    await Promise.all(this.#behind.splice(0));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Status and code of a problem. */
export const problemIn = ({ status, json }: Told): string => `${status} ${json?.code}`;

/** The fields that a problem names. */
export const fieldsIn = ({ json }: Told): string[] =>
  (json.errors ?? []).map(({ path }: { path: string }) => path);
