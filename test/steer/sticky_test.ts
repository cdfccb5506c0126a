import assert from "node:assert/strict";
import { murmur3 } from "../../src/balance/hash.ts";
import type { StickyPlan } from "../../src/plan/plan.ts";
import { type Caller, stickyCookie, stickyKey } from "../../src/steer/sticky.ts";

interface CallerSpec {
  readonly headers?: HeadersInit;
  readonly query?: string;
  readonly address?: string | null;
}

function callerOf({ headers, query = "", address = null }: CallerSpec): Caller {
  const given = new Headers(headers);
  return { header: (name) => given.get(name), query, address };
}

const newId = (): string => "made";
const cookie: StickyPlan = { by: "cookie", name: "shop", ttlSeconds: null };
const header: StickyPlan = { by: "header", name: "x-user" };
const query: StickyPlan = { by: "query", name: "uid" };
const ip: StickyPlan = { by: "ip" };

interface Row {
  readonly name: string;
  readonly sticky: StickyPlan | null;
  readonly caller: CallerSpec;
  /** What is hashed; `null`: nothing. */
  readonly by: string | null;
  readonly newCookie?: string;
}

const rows: Row[] = [
  { name: "not sticky", sticky: null, caller: { address: "192.0.2.9" }, by: null },
  { name: "a cookie", sticky: cookie, caller: { headers: { cookie: "a=1; shop=id7" } }, by: "id7" },
  { name: "no cookie", sticky: cookie, caller: {}, by: "made", newCookie: "made" },
  {
    name: "another cookie",
    sticky: cookie,
    caller: { headers: { cookie: "shopping=1; SHOP=2" } },
    by: "made",
    newCookie: "made",
  },
  {
    name: "an empty cookie",
    sticky: cookie,
    caller: { headers: { cookie: "shop=" } },
    by: "made",
    newCookie: "made",
  },
  {
    name: "an empty quoted cookie",
    sticky: cookie,
    caller: { headers: { cookie: 'shop=""' } },
    by: "made",
    newCookie: "made",
  },
  { name: "a header", sticky: header, caller: { headers: { "X-User": "ann" } }, by: "ann" },
  { name: "an empty header", sticky: header, caller: { headers: { "x-user": "" } }, by: null },
  { name: "no header", sticky: header, caller: { address: "192.0.2.9" }, by: null },
  { name: "a parameter", sticky: query, caller: { query: "a=1&uid=7%20x" }, by: "7 x" },
  { name: "an empty parameter", sticky: query, caller: { query: "uid=" }, by: null },
  { name: "no parameter", sticky: query, caller: { query: "UID=7" }, by: null },
  { name: "an address", sticky: ip, caller: { address: "192.0.2.9" }, by: "192.0.2.9" },
  { name: "no address", sticky: ip, caller: { headers: { "x-user": "ann" } }, by: null },
];
for (const { name, sticky, caller, by, newCookie = null } of rows) {
  Deno.test(`a caller is known by: ${name}`, () => {
    assert.deepEqual(stickyKey(sticky, callerOf(caller), newId), {
      key: by === null ? null : murmur3(by),
      newCookie,
    });
  });
}

Deno.test("no id is made for a caller that has one", () => {
  const caller = callerOf({ headers: { cookie: "shop=id7" } });
  stickyKey(cookie, caller, () => assert.fail("an id was made"));
});

const cookies = [
  { ttlSeconds: null, secure: false, want: "shop=id; Path=/; HttpOnly; SameSite=Lax" },
  { ttlSeconds: null, secure: true, want: "shop=id; Path=/; HttpOnly; SameSite=Lax; Secure" },
  {
    ttlSeconds: 3600,
    secure: true,
    want: "shop=id; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
  },
];
for (const { ttlSeconds, secure, want } of cookies) {
  Deno.test(`Set-Cookie: ttl ${ttlSeconds}, ${secure ? "https" : "http"}`, () => {
    assert.equal(stickyCookie({ by: "cookie", name: "shop", ttlSeconds }, "id", secure), want);
  });
}

Deno.test("a cookie that was set is the one that is known next time", () => {
  const first = stickyKey(cookie, callerOf({}), newId);
  const sent = stickyCookie(cookie, first.newCookie!, true).split(";")[0]!;
  assert.equal(stickyKey(cookie, callerOf({ headers: { cookie: sent } }), newId).key, first.key);
});
