/** The admin API on real gateways: history, rollback, questions, tokens of an issuer, and the audit log. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { endpoints } from "../../routes/api/table.ts";
import { type Claims, type Signer, signer, tokenBy } from "../guard/support.ts";
import { assertDeclared } from "../routes/support/declared.ts";
import { ADMIN_TOKEN, type RunningGateway, RUNTIMES, startGateway } from "./support/gateway.ts";
import { startOrigin } from "./support/origin.ts";
import { until } from "./support/until.ts";

const ISSUER = "http://id.example";
const AUDIENCE = "limen-e2e";

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- what a case looks for in it differs from line to line
  readonly json: any;
}

interface Asking {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
}

/** Every answer is held against the OpenAPI document's own schemas. */
async function ask(
  { url }: RunningGateway,
  method: string,
  path: string,
  { token = ADMIN_TOKEN, headers = {}, body }: Asking = {},
): Promise<Told> {
  const response = await fetch(`${url}/_limen${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const told = { status: response.status, headers: response.headers, text };
  assertDeclared(method, path, told);
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // A policy with comments.
  }
  return { ...told, json };
}

const problemOf = ({ status, json }: Told): string => `${status} ${json?.code}`;

/** 80 % to `aws` unless told otherwise; with a comment, which has to survive. */
const shop = (percent = 80): string =>
  `{ // h\u00e4ndisch: ${percent} %\r\n
  "clusters": {
    "aws": { "location": "edge", "endpoints": ["http://127.0.0.1:9001"] },
    "dc": { "location": "edge", "endpoints": ["http://127.0.0.1:9002"] }
  },
  "routes": [{ "name": "shop", "match": { "path": "/shop/*" }, "split": { "aws": ${percent}, "dc": ${
    100 - percent
  } } }],
  "tests": [{ "name": "shared", "request": { "url": "http://shop.test/shop" }, "expect": { "clusters": { "aws": ${
    percent / 100
  } } } }]
}\n`;

async function push(gateway: RunningGateway, body: string, asking: Asking = {}): Promise<string> {
  const told = await ask(gateway, "PUT", "/policy", { ...asking, body });
  assert.equal(told.status, 200, told.text);
  return told.json.revision;
}

/** Keys that a case changes, as the issuer shows them. */
interface Issuer {
  keys: readonly Signer[];
  isDown: boolean;
}

const jwks = ({ keys, isDown }: Issuer) => (_: unknown, response: ServerResponse): void => {
  response.statusCode = isDown ? 500 : 200;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
};

async function tokenFor(by: Signer, claims: Claims = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await tokenBy(by, { iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 300, ...claims });
}

type Case = (gateway: RunningGateway, issuer: Issuer) => Promise<void>;

const cases: Readonly<Record<string, Case>> = {
  "history and rollback": async (gateway) => {
    const one = await push(gateway, shop(80));
    const two = await push(gateway, shop(70), {
      headers: { "x-limen-by": "ada", "x-limen-message": "less" },
    });
    for (const [revision, text] of [[one, shop(80)], [two, shop(70)]] as const) {
      const told = await ask(gateway, "GET", `/history/${revision}`);
      assert.deepEqual([told.status, told.text], [200, text]);
      assert.equal(told.headers.get("etag"), `"${revision}"`);
    }
    const rollback = (ifMatch: string): Promise<Told> =>
      ask(gateway, "POST", "/rollback", {
        headers: { "if-match": `"${ifMatch}"` },
        body: { revision: one },
      });
    assert.equal(problemOf(await rollback(one)), "412 revision_conflict");
    assert.equal((await ask(gateway, "GET", "/policy")).text, shop(70));
    const won = await rollback(two);
    assert.deepEqual([won.status, won.json], [200, { revision: one, findings: [] }]);
    assert.equal((await ask(gateway, "GET", "/policy")).text, shop(80));
    const { json } = await ask(gateway, "GET", "/history?limit=3");
    const told = json.revisions.map((
      { revision, by, message, source }: Record<string, unknown>,
    ) => [revision, by, message, source]);
    assert.deepEqual(told, [
      [one, null, `rollback to ${one}`, "rollback"],
      [two, "ada", "less", "push"],
      [one, null, null, "push"],
    ]);
    const unknown = await ask(gateway, "POST", "/rollback", { body: { revision: "0123456789ab" } });
    assert.equal(problemOf(unknown), "404 not_found");
    assert.equal(problemOf(await ask(gateway, "GET", "/history/0123456789ab")), "404 not_found");
  },

  "questions about the policy in force, and about another": async (gateway) => {
    const revision = await push(gateway, shop(80));
    const asked = async (path: string, body?: unknown): Promise<Told["json"]> => {
      const told = await ask(gateway, "POST", path, { body });
      assert.equal(told.status, 200, told.text);
      return told.json;
    };
    assert.deepEqual((await asked("/validate")).findings, []);
    const [finding] = (await asked("/validate", `{\n "clusters": {}, "routez": [] }`)).findings;
    assert.deepEqual([finding.severity, finding.line], ["error", 2]);

    const diff = await asked("/diff", { policy: shop(70) });
    assert.equal(diff.from, revision);
    assert.deepEqual(diff.shares.map(({ cluster, to }: Told["json"]) => [cluster, to]), [
      ["aws", 0.7],
      ["dc", 0.3],
    ]);
    assert.deepEqual([(await asked("/test")).passed, (await asked("/test")).failed], [1, 0]);
    const request = { method: "GET", url: "http://shop.test/shop/cart" };
    const live = await asked("/explain", request);
    assert.deepEqual([live.live, live.route, live.clusters], [true, "shop", { aws: 0.8, dc: 0.2 }]);
    const other = await asked("/explain", { ...request, policy: shop(70), headers: ["a: b"] });
    assert.deepEqual([other.live, other.clusters], [false, { aws: 0.7, dc: 0.3 }]);
    assert.equal(other.request.headers.a, "b");
    const down = await asked("/simulate", { down: "aws", from: { region: "eu" } });
    assert.deepEqual(down.routes[0].clusters, { aws: 0, dc: 1 });
    assert.equal((await ask(gateway, "GET", "/status")).json.revision, revision);
    const document = (await ask(gateway, "GET", "/openapi.json")).json;
    assert.match(document.openapi, /^3\.1/);
    assert.deepEqual(
      new Set(Object.keys(document.paths)),
      new Set(endpoints.map(({ path }) => path)),
    );
    const bad = await ask(gateway, "POST", "/simulate", { body: { down: ["awz"] } });
    assert.equal(problemOf(bad), "422 unprocessable");
    assert.match(bad.json.detail, /did you mean "aws"/);
    assert.equal(problemOf(await ask(gateway, "GET", "/ui/")), "404 not_found");
  },

  "an issuer's tokens: scopes, subjects, keys that change": async (gateway, issuer) => {
    const [first] = issuer.keys;
    const reads = await tokenFor(first!, { sub: "eve", scope: "openid limen:read" });
    const writes = await tokenFor(first!, { sub: "ada", scope: undefined, scp: ["limen:write"] });
    assert.equal((await ask(gateway, "GET", "/policy", { token: reads })).status, 200);
    assert.equal((await ask(gateway, "POST", "/test", { token: reads })).status, 200);
    const refused = await ask(gateway, "PUT", "/policy", { token: reads, body: shop(60) });
    assert.equal(problemOf(refused), "403 forbidden");
    assert.match(refused.json.detail, /limen:write/);
    await push(gateway, shop(60), { token: writes, headers: { "x-limen-by": "mallory" } });
    const { json } = await ask(gateway, "GET", "/history?limit=1", { token: writes });
    assert.equal(json.revisions[0].by, "ada");

    const over = await tokenFor(first!, { exp: Math.floor(Date.now() / 1000) - 1 });
    const expired = await ask(gateway, "GET", "/policy", { token: over });
    assert.equal(problemOf(expired), "401 unauthenticated");
    assert.match(expired.json.detail, /expired/);

    const second = await signer("RS256", "second");
    const young = await tokenFor(second);
    issuer.isDown = true;
    const unknown = await ask(gateway, "GET", "/policy", { token: young });
    assert.equal(problemOf(unknown), "503 keys_unreachable");
    issuer.isDown = false;
    issuer.keys = [second];
    assert.equal((await ask(gateway, "GET", "/policy", { token: young })).status, 200);
    const gone = await ask(gateway, "GET", "/policy", { token: reads });
    assert.equal(problemOf(gone), "401 unauthenticated");
    assert.equal((await ask(gateway, "GET", "/policy")).status, 200);
  },

  "every write is on record, whoever made it and however it ended": async (gateway) => {
    const audited = async (): Promise<Told["json"][]> =>
      (await ask(gateway, "GET", "/audit?limit=1000")).json.entries;
    await ask(gateway, "POST", "/clusters/dc/drain", { headers: { "x-limen-by": "bob" } });
    await ask(gateway, "POST", "/clusters/dc/undrain");
    await ask(gateway, "PUT", "/policy", { body: "{" });
    const gist = ({ action, by, status, code }: Told["json"]): string =>
      `${action} ${by} ${status} ${code}`;
    await until(
      "the last write is on record",
      async () => gist((await audited())[0]) === "push null 422 invalid_policy",
    );
    const entries = (await audited()).map(gist);
    assert.deepEqual(entries.slice(0, 3), [
      "push null 422 invalid_policy",
      "undrain null 200 null",
      "drain bob 200 null",
    ]);
    assert.ok(entries.includes("push eve 403 forbidden"), `${entries}`);
    assert.ok(entries.includes("push ada 200 null"), `${entries}`);
    assert.ok(entries.includes("rollback null 412 revision_conflict"), `${entries}`);
    assert.ok((await audited()).every(({ ip }) => ip === "127.0.0.1"));
    assert.match(gateway.log(), /"event":"admin_write".*"action":"drain"/);
  },
};

for (const runtime of RUNTIMES) {
  Deno.test(`admin api on ${runtime}`, async (t) => {
    const issuer: Issuer = { keys: [await signer("ES256", "first")], isDown: false };
    await using keys = await startOrigin((request, response) => jwks(issuer)(request, response));
    const gateway = await startGateway(runtime, {
      env: {
        LIMEN_ADMIN_JWKS_URI: `${keys.url}/jwks`,
        LIMEN_ADMIN_ISSUER: ISSUER,
        LIMEN_ADMIN_AUDIENCE: AUDIENCE,
      },
    });
    try {
      for (const [name, run] of Object.entries(cases)) {
        await t.step(name, () => run(gateway, issuer));
      }
    } finally {
      await gateway.stop();
    }
  });
}
