import assert from "node:assert/strict";
import { adminAuth } from "../../routes/admin_auth.ts";
import { ownRoutes } from "../../routes/own.ts";
import type { HeardStatus } from "../../src/fleet/port.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import { MAX_POLICY_BYTES } from "../../src/store/push.ts";
import { FakePlatform } from "../support/platform.ts";
import {
  type FakeReader,
  fakeReader,
  FakeStore,
  feedOn,
  policyText,
  revisionOfText,
} from "../store/fakes.ts";
import { FakeAudit } from "./api/fixture.ts";
import { assertDeclared } from "./support/declared.ts";

const TOKEN = "s3cret";

interface Own {
  readonly store: FakeStore;
  readonly reader: FakeReader;
  /** @param path below the prefix; the right token goes with it unless `headers` say otherwise */
  ask(method: string, path: string, init?: Omit<RequestInit, "method">): Promise<Response>;
  /** Stores and follows a policy. @returns its revision */
  push(name: string): Promise<string>;
}

function own(token: string | null = TOKEN): Own {
  const [store, reader] = [new FakeStore(), fakeReader()];
  const { feed } = feedOn(store, reader);
  const platform = new FakePlatform();
  const app = ownRoutes({
    prefix: "/_limen",
    feed,
    auth: adminAuth({ token, jwt: null, now: () => 0 }),
    gateway: { serving: () => null, health: new HealthRegistry(), platform },
    fleet: {
      drain: () => Promise.resolve(null),
      members: () => Promise.resolve([]),
      ownStatus: OWN_STATUS,
    },
    audit: new FakeAudit(),
    now: () => 0,
    log: () => {},
  });
  return {
    store,
    reader,
    ask: async (method, path, { headers, ...init } = {}) => {
      const response = await app.request(`http://shop.test/_limen${path}`, {
        ...init,
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      }, { ip: null, later: () => {} });
      const text = await response.clone().text();
      assertDeclared(method, path, { status: response.status, headers: response.headers, text });
      return response;
    },
    push: async (name) => {
      const pushed = await feed.push(policyText(name));
      assert.ok(pushed.ok);
      return pushed.revision;
    },
  };
}

const OWN_STATUS: HeardStatus = {
  id: "m",
  group: "",
  runtime: "deno",
  revision: null,
  since: null,
  lastError: null,
  seenAt: "2026-11-20T12:00:00.000Z",
};

const codeOf = async (response: Response): Promise<string> =>
  (await response.json() as { code: string }).code;

Deno.test("healthz and readyz need no token and tell nothing else", async () => {
  const { ask, push } = own(null);
  const alone = { headers: { authorization: "" } };
  assert.deepEqual(await (await ask("GET", "/healthz", alone)).json(), { status: "ok" });
  const before = await ask("GET", "/readyz", alone);
  assert.deepEqual([before.status, await codeOf(before)], [503, "not_ready"]);
  await push("a");
  const after = await ask("GET", "/readyz", alone);
  assert.deepEqual([after.status, await after.json()], [200, { status: "ready" }]);
});

for (
  const [method, path] of [
    ["GET", "/policy"],
    ["PUT", "/policy"],
    ["DELETE", "/policy"],
    ["GET", "/clusters"],
    ["POST", "/clusters/dc/drain"],
    ["POST", "/clusters/dc/undrain"],
    ["GET", "/nothing"],
  ] as const
) {
  Deno.test(`${method} ${path} needs the token`, async () => {
    const closed = await own(null).ask(method, path);
    assert.deepEqual([closed.status, await codeOf(closed)], [403, "forbidden"]);

    const wrong = { headers: { authorization: "Bearer wrong" } };
    const { ask, store } = own();
    const refused = await ask(method, path, method === "PUT" ? { ...wrong, body: "{}" } : wrong);
    assert.deepEqual([refused.status, await codeOf(refused)], [401, "unauthenticated"]);
    assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="limen"');
    assert.equal(store.active, null);
    for (let i = 0; i < 9; i++) await ask(method, path, wrong);
    const limited = await ask(method, path, wrong);
    assert.deepEqual([limited.status, await codeOf(limited)], [429, "rate_limited"]);
    assert.equal(limited.headers.get("retry-after"), "60");
  });
}

for (
  const [method, path, allow] of [
    ["DELETE", "/policy", "GET, HEAD, PUT"],
    ["POST", "/policy", "GET, HEAD, PUT"],
    ["PATCH", "/policy", "GET, HEAD, PUT"],
    ["POST", "/clusters", "GET, HEAD"],
    ["GET", "/clusters/dc/drain", "POST"],
    ["DELETE", "/clusters/dc/undrain", "POST"],
    ["POST", "/healthz", "GET, HEAD"],
    ["PUT", "/readyz", "GET, HEAD"],
  ] as const
) {
  Deno.test(`${method} ${path} is not allowed`, async () => {
    const response = await own().ask(method, path);
    assert.deepEqual([response.status, await codeOf(response)], [405, "method_not_allowed"]);
    assert.equal(response.headers.get("allow"), allow);
  });
}

const nowhere = [
  "",
  "/",
  "/nothing",
  "/policy/",
  "/policy/x",
  "/healthz/x",
  "/Policy",
  "/clusters/",
  "/clusters/dc",
  "/clusters/dc/drained",
  "/clusters/dc/drain/now",
  "/clusters//drain",
];
for (const path of nowhere) {
  Deno.test(`there is nothing at "${path}"`, async () => {
    const response = await own().ask("GET", path);
    assert.deepEqual([response.status, await codeOf(response)], [404, "not_found"]);
  });
}

Deno.test("GET policy: none yet", async () => {
  const response = await own().ask("GET", "/policy");
  assert.deepEqual([response.status, await codeOf(response)], [404, "not_found"]);
});

Deno.test("GET and HEAD policy: the text as pushed, its revision as ETag", async () => {
  const { ask } = own();
  const text = `// why\r\n{ "name" : "ü" }\n`;
  assert.equal((await ask("PUT", "/policy", { body: text })).status, 200);
  const got = await ask("GET", "/policy");
  assert.equal(await got.text(), text);
  const head = await ask("HEAD", "/policy");
  assert.equal(await head.text(), "");
  for (const { status, headers } of [got, head]) {
    assert.equal(status, 200);
    assert.equal(headers.get("etag"), `"${await revisionOfText(text)}"`);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  }
});

Deno.test("PUT policy answers the revision and the findings", async () => {
  const { ask, store } = own();
  const response = await ask("PUT", "/policy", { body: policyText("a") });
  const revision = await revisionOfText(policyText("a"));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("etag"), `"${revision}"`);
  assert.deepEqual(await response.json(), { revision, findings: [] });
  assert.equal(store.active?.text, policyText("a"));
});

for (
  const [name, body] of [["not valid", '{"nom":"a"}'], ["no JSON", "{"], ["empty", ""]] as const
) {
  Deno.test(`PUT policy, ${name}: every finding, and nothing stored`, async () => {
    const { ask, store, push } = own();
    await push("a");
    const response = await ask("PUT", "/policy", { body });
    assert.equal(response.status, 422);
    const { code, findings } = await response.json() as { code: string; findings: unknown[] };
    assert.equal(code, "invalid_policy");
    assert.equal(findings.length, 1);
    assert.equal(store.active?.text, policyText("a"));
  });
}

Deno.test("PUT policy: the text is what was sent, a byte order mark and all", async () => {
  const { ask, reader } = own();
  const texts: string[] = [];
  const { validate } = reader;
  reader.validate = (text) => {
    texts.push(text);
    return validate(text);
  };
  const text = `\ufeff${policyText("ü\r\n")}`;
  await ask("PUT", "/policy", { body: new TextEncoder().encode(text) });
  assert.deepEqual(texts, [text]);
});

Deno.test("PUT policy: what is no UTF-8 is refused, not mended", async () => {
  const { ask, reader } = own();
  const response = await ask("PUT", "/policy", { body: new Uint8Array([0x7b, 0xff, 0x7d]) });
  assert.deepEqual([response.status, await codeOf(response)], [400, "bad_request"]);
  assert.equal(reader.calls.validate, 0);
});

interface Guarded {
  readonly name: string;
  readonly ifMatch: (revision: string) => string;
  readonly status: number;
}
const guards: Guarded[] = [
  { name: "the active revision", ifMatch: (revision) => `"${revision}"`, status: 200 },
  { name: "another", ifMatch: () => '"ffffffffffff"', status: 412 },
  { name: "no revision", ifMatch: () => '"x"', status: 412 },
  { name: "any", ifMatch: () => "*", status: 200 },
  { name: "a list", ifMatch: (revision) => `"ffffffffffff", "${revision}"`, status: 200 },
  { name: "a list of others", ifMatch: () => '"ffffffffffff", "eeeeeeeeeeee"', status: 412 },
  { name: "a weak tag", ifMatch: (revision) => `W/"${revision}"`, status: 412 },
  { name: "without quotes", ifMatch: (revision) => revision, status: 400 },
  { name: "nothing", ifMatch: () => "", status: 400 },
];
for (const { name, ifMatch, status } of guards) {
  Deno.test(`PUT policy, If-Match: ${name}`, async () => {
    const { ask, store, push } = own();
    const revision = await push("a");
    const response = await ask("PUT", "/policy", {
      headers: { "if-match": ifMatch(revision) },
      body: policyText("b"),
    });
    assert.equal(response.status, status);
    assert.equal(store.active?.text, policyText(status === 200 ? "b" : "a"));
    if (status === 412) assert.equal(await codeOf(response), "revision_conflict");
    if (status === 400) assert.equal(await codeOf(response), "bad_request");
  });
}

Deno.test('PUT policy, If-Match "*" needs a policy that is there', async () => {
  const { ask, store } = own();
  const response = await ask("PUT", "/policy", {
    headers: { "if-match": "*" },
    body: policyText("a"),
  });
  assert.equal(response.status, 412);
  assert.equal(store.active, null);
});

Deno.test("PUT policy: who and why, in any script", async () => {
  const { ask, store } = own();
  const byByte = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
  const headers = { "x-limen-by": byByte("Jürgen"), "x-limen-message": byByte("日本へ") };
  await ask("PUT", "/policy", { headers, body: policyText("a") });
  const { by, message } = store.active!.stamp!;
  assert.deepEqual({ by, message }, { by: "Jürgen", message: "日本へ" });
});

Deno.test("PUT policy: who and why that say nothing are as good as none", async () => {
  const { ask, store } = own();
  const headers = { "x-limen-by": "", "x-limen-message": " " };
  await ask("PUT", "/policy", { headers, body: policyText("a") });
  const { by, message } = store.active!.stamp!;
  assert.deepEqual([by, message], [undefined, undefined]);
});

Deno.test("PUT policy: what is too large is not even read, if it says so", async () => {
  const { ask } = own();
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulls++;
      controller.enqueue(new Uint8Array(1));
    },
  }, { highWaterMark: 0 });
  const headers = { "content-length": String(MAX_POLICY_BYTES + 1) };
  const response = await ask("PUT", "/policy", { headers, body });
  assert.deepEqual([response.status, await codeOf(response)], [413, "body_too_large"]);
  assert.equal(pulls, 0);
});

Deno.test("PUT policy: what is too large is read up to the limit, if it does not say so", async () => {
  const { ask, reader } = own();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1 << 20;
      controller.enqueue(new Uint8Array(1 << 20));
    },
  }, { highWaterMark: 0 });
  const response = await ask("PUT", "/policy", { body });
  assert.deepEqual([response.status, await codeOf(response)], [413, "body_too_large"]);
  assert.ok(sent <= MAX_POLICY_BYTES + (1 << 20));
  assert.equal(reader.calls.validate, 0);
});

Deno.test("PUT policy: an unreachable store", async () => {
  const { ask, store } = own();
  store.down = true;
  const response = await ask("PUT", "/policy", { body: policyText("a") });
  assert.deepEqual([response.status, await codeOf(response)], [503, "store_unreachable"]);
});

Deno.test("an error that nobody expected is left to whoever runs this", async () => {
  const { ask, store } = own();
  store.write = () => Promise.reject(new TypeError("a bug"));
  await assert.rejects(ask("PUT", "/policy", { body: policyText("a") }), /a bug/);
});
