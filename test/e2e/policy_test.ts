/** The admin API: who may use it, what a push does, and what it must not do. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway, RUNTIMES, startGateway } from "./support/gateway.ts";
import { rawRequest, valueOf } from "./support/raw.ts";
import { startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

interface Asked {
  readonly method?: string;
  readonly path?: string;
  /** `null`: none shown. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(gateway: RunningGateway, asked: Asked = {}): Promise<Told> {
  const { method = "GET", path = "policy", token = ADMIN_TOKEN, headers, body } = asked;
  const response = await fetch(`${gateway.url}/_limen/${path}`, {
    method,
    headers: { ...token !== null && { authorization: `Bearer ${token}` }, ...headers },
    ...body !== undefined && { body },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Status and code of a problem document. */
function problemOf({ status, headers, text }: Told): string {
  assert.equal(headers.get("content-type"), "application/problem+json", text);
  assert.match(headers.get("proxy-status") ?? "", /^limen; error=[a-z_]+$/);
  return `${status} ${JSON.parse(text).code}`;
}

/** A policy whose every answer is `body`. */
const saying = (body: string): unknown => ({
  clusters: {},
  routes: [{ name: "say", respond: { status: 200, body } }],
});

const etagOf = async (gateway: RunningGateway): Promise<string | null> =>
  (await ask(gateway)).headers.get("etag");

const commented = `{
  // Umlauts, tabs and blanks stay: h\u00e4\t"\u{1F6A2}"
  "clusters": {},   "routes": [ { "name": "r",
    "respond": { "status": 200 } } ] /* the end */ }\n\n`;

suite("policy", {
  "before the first policy": async (gateway) => {
    const health = await ask(gateway, { path: "healthz", token: null });
    assert.deepEqual([health.status, health.text], [200, '{"status":"ok"}']);
    assert.equal(problemOf(await ask(gateway, { path: "readyz", token: null })), "503 not_ready");
    assert.equal(problemOf(await ask(gateway)), "404 not_found");
    const traffic = await rawRequest(gateway.port);
    assert.deepEqual([traffic.status, JSON.parse(traffic.body).code], [503, "not_ready"]);
    assert.equal(valueOf(traffic, "proxy-status"), "limen; error=proxy_configuration_error");
    assert.notEqual(valueOf(traffic, "x-request-id"), null);
  },
  "a push is answered with its revision and warnings, and is in force": async (gateway) => {
    const pushed = await ask(gateway, { method: "PUT", body: JSON.stringify(saying("one")) });
    const { revision, findings } = JSON.parse(pushed.text);
    assert.equal(pushed.status, 200);
    assert.match(revision, /^[0-9a-f]{12}$/);
    assert.deepEqual(findings, []);
    assert.equal(pushed.headers.get("etag"), `"${revision}"`);
    assert.equal(await etagOf(gateway), `"${revision}"`);
    assert.equal((await rawRequest(gateway.port)).body, "one");
    const ready = await ask(gateway, { path: "readyz", token: null });
    assert.deepEqual([ready.status, ready.text], [200, '{"status":"ready"}']);
    // A route below the prefix would never be reached; another path is not shadowed.
    assert.equal((await rawRequest(gateway.port, { target: "/_limen2/policy" })).body, "one");
  },
  "the text comes back byte for byte": async (gateway) => {
    await gateway.push(commented);
    const { text, headers } = await ask(gateway);
    assert.equal(text, commented);
    // Comments and layout are no part of what a revision names.
    const plain = { routes: [{ respond: { status: 200 }, name: "r" }], clusters: {} };
    assert.equal(headers.get("etag"), `"${await gateway.push(plain)}"`);
    assert.equal((await ask(gateway)).text, JSON.stringify(plain));
  },
  "If-Match lets the loser of a race know": async (gateway) => {
    const first = await gateway.push(saying("first"));
    const put = (etag: string, body: string): Promise<Told> =>
      ask(gateway, {
        method: "PUT",
        headers: { "if-match": etag },
        body: JSON.stringify(saying(body)),
      });
    assert.equal((await put(`"${first}"`, "second")).status, 200);
    assert.equal(problemOf(await put(`"${first}"`, "third")), "412 revision_conflict");
    assert.equal(problemOf(await put("nonsense", "third")), "400 bad_request");
    assert.equal((await rawRequest(gateway.port)).body, "second");
    assert.match((await ask(gateway)).text, /second/);
  },
  "an invalid policy: every finding, and nothing is stored": async (gateway) => {
    const revision = await gateway.push(saying("good"));
    const bad = `{
  "clusters": { "aws": { "location": "moon", "endpoints": ["https://a.test"] } },
  "routes": [
    { "name": "r", "split": { "awz": 1 } },
    { "name": "r", "to": "aws", "matc": {} }
  ]
}`;
    const told = await ask(gateway, { method: "PUT", body: bad });
    assert.equal(problemOf(told), "422 invalid_policy");
    const { findings } = JSON.parse(told.text);
    const at = new Map(findings.map((each: { path: string }) => [each.path, each]));
    for (
      const [path, line, pattern] of [
        ["clusters.aws.location", 2, /public.*private.*edge/],
        ["routes[0].split.awz", 4, /did you mean "?aws/],
        ["routes[1].matc", 5, /did you mean "?match/],
        ["routes[1].name", 5, /r/],
      ] as const
    ) {
      const found = at.get(path) as { line: number; message: string; severity: string };
      assert.ok(found, `${path} in ${[...at.keys()]}`);
      assert.deepEqual([found.line, found.severity], [line, "error"]);
      assert.match(found.message, pattern);
    }
    for (const body of ["", "{", "[]", "null", "\0"]) {
      const text = await ask(gateway, { method: "PUT", body });
      assert.equal(problemOf(text), "422 invalid_policy", JSON.stringify(body));
      assert.ok(JSON.parse(text.text).findings.length > 0);
    }
    assert.equal(await etagOf(gateway), `"${revision}"`);
    assert.equal((await rawRequest(gateway.port)).body, "good");
  },
  "pushes under load: in force at the next request, and none is lost": async (gateway) => {
    await using origin = await startOrigin("o");
    const policy = (body: string): unknown => ({
      clusters: { o: { location: "edge", endpoints: [origin.url] } },
      routes: [
        { name: "say", match: { path: "/say" }, respond: { status: 200, body } },
        { name: "rest", to: "o" },
      ],
    });
    await gateway.push(policy("start"));
    let [running, served] = [true, 0];
    const load = Array.from({ length: 12 }, async (_, i) => {
      for (; running; served++) {
        const response = await fetch(`${gateway.url}/${i % 2 ? "say" : "o"}`);
        await response.text();
        assert.equal(response.status, 200);
      }
    });
    for (let i = 0; i < 25; i++) {
      await gateway.push(policy(`push ${i}`));
      assert.equal((await rawRequest(gateway.port, { target: "/say" })).body, `push ${i}`);
    }
    running = false;
    await Promise.all(load);
    assert.ok(served > 50, `${served}`);
  },
  "a policy of 5 MiB": async (gateway) => {
    const routes = Array.from({ length: 30_000 }, (_, i) => ({
      name: `route-${i}`,
      match: { path: `/tenant-${i}/*`, headers: { "x-version": `${i % 100}` } },
      respond: { status: 200, body: `${i}`, headers: { "x-padding": "p".repeat(60) } },
    }));
    const text = JSON.stringify({ clusters: {}, routes });
    assert.ok(text.length > 5 * 1024 * 1024, `${text.length}`);
    const revision = await gateway.push(text);
    const { headers, text: back } = await ask(gateway);
    assert.equal(headers.get("etag"), `"${revision}"`);
    assert.ok(back === text);
    const target = "/tenant-29999/x";
    assert.equal(
      (await rawRequest(gateway.port, { target, headers: [["x-version", "99"]] })).body,
      "29999",
    );
    assert.equal((await rawRequest(gateway.port, { target })).status, 404);
  },
  "other methods and names": async (gateway) => {
    const posted = await ask(gateway, { method: "POST", body: "{}" });
    assert.equal(problemOf(posted), "405 method_not_allowed");
    assert.equal(posted.headers.get("allow"), "GET, HEAD, PUT");
    assert.equal(problemOf(await ask(gateway, { path: "nothing" })), "404 not_found");
    assert.equal(problemOf(await ask(gateway, { path: "" })), "404 not_found");
    const head = await ask(gateway, { method: "HEAD" });
    assert.deepEqual([head.status, head.text], [200, ""]);
  },
  "who may": async (gateway) => {
    const revision = await gateway.push(saying("mine"));
    const shown = [null, "", "wrong", ADMIN_TOKEN + "x", ADMIN_TOKEN.slice(1)];
    for (const token of shown) {
      for (const [method, body] of [["GET", undefined], ["PUT", "{}"]] as const) {
        const told = await ask(gateway, { method, token, ...body && { body } });
        assert.equal(problemOf(told), "401 unauthenticated", `${token}`);
        assert.match(told.headers.get("www-authenticate") ?? "", /^Bearer/);
        assert.ok(!told.text.includes(ADMIN_TOKEN));
      }
    }
    const wrong: Asked = { token: "wrong" };
    let told = await ask(gateway, wrong);
    for (let i = 0; i < 30 && told.status !== 429; i++) told = await ask(gateway, wrong);
    assert.equal(problemOf(told), "429 rate_limited");
    assert.match(told.headers.get("retry-after") ?? "", /^\d+$/);
    // The right one is let in all the same, and probes are not concerned.
    assert.equal(await etagOf(gateway), `"${revision}"`);
    assert.equal((await ask(gateway, { path: "readyz", token: null })).status, 200);
    await gateway.push(saying("still mine"));
  },
});

for (const runtime of RUNTIMES) {
  Deno.test(`policy on ${runtime}, no token and another prefix`, async () => {
    const env = { LIMEN_ADMIN_TOKEN: "", LIMEN_PREFIX: "/-/gate" };
    const gateway = await startGateway(runtime, { env, policy: saying("hello") });
    try {
      const get = async (path: string, token = ADMIN_TOKEN): Promise<string> => {
        const headers = { authorization: `Bearer ${token}` };
        const response = await fetch(gateway.url + path, { headers });
        return `${response.status} ${await response.text()}`;
      };
      assert.equal(await get("/-/gate/readyz"), '200 {"status":"ready"}');
      for (const token of [ADMIN_TOKEN, "undefined", "null"]) {
        assert.match(await get("/-/gate/policy", token), /^403 .*"code":"forbidden"/);
      }
      for (const path of ["/_limen/readyz", "/-/gatekeeper", "/-"]) {
        assert.equal(await get(path), "200 hello", path);
      }
    } finally {
      await gateway.stop();
    }
  });
}
