import assert from "node:assert/strict";
import type { Admin } from "../../../routes/admin_auth.ts";
import { authAs, POLICY, problemIn, TOKEN, World } from "./fixture.ts";

const reader: Admin = { credential: "jwt", subject: "eve", scopes: ["read"] };
const writer: Admin = { credential: "jwt", subject: "ada", scopes: ["read", "write"] };

/** Of an entry, what differs from one to the next. */
const gist = (
  { action, by, credential, subject, previous, message, status, code }: Record<string, unknown>,
): unknown[] => [action, by, credential, subject, previous, message, status, code];

Deno.test("audit: every write, done or refused, in the log and in the store", async () => {
  const world = new World();
  const one = await world.push();
  const two = (await world.ask("PUT", "/policy", {
    body: POLICY.replace("old", "older"),
    headers: { "x-limen-by": "bob", "x-limen-message": "größer" },
  })).json.revision;
  await world.ask("PUT", "/policy", { body: "{" });
  await world.ask("PUT", "/policy", { body: POLICY, headers: { "if-match": `"${one}"` } });
  await world.ask("POST", "/rollback", { body: { revision: one } });
  await world.ask("POST", "/rollback", { body: { revision: "0123456789ab" } });
  await world.ask("POST", "/rollback", { body: "{" });
  await world.ask("POST", "/clusters/aws/drain");
  await world.ask("POST", "/clusters/nobody/drain");
  await world.ask("POST", "/clusters/aws/undrain", { headers: { "x-limen-by": "bob" } });
  await world.settle();

  const { json } = await world.ask("GET", "/audit");
  const bob = ["bob", "token"];
  const anyone = [null, "token"];
  assert.deepEqual(json.entries.map(gist).reverse(), [
    ["push", ...anyone, one, null, null, 200, null],
    ["push", ...bob, two, one, "größer", 200, null],
    ["push", ...anyone, null, two, null, 422, "invalid_policy"],
    ["push", ...anyone, null, two, null, 412, "revision_conflict"],
    ["rollback", ...anyone, one, two, null, 200, null],
    ["rollback", ...anyone, "0123456789ab", one, null, 404, "not_found"],
    ["rollback", ...anyone, null, one, null, 400, "bad_request"],
    ["drain", ...anyone, "aws", null, null, 200, null],
    ["drain", ...anyone, "nobody", null, null, 404, "not_found"],
    ["undrain", ...bob, "aws", null, null, 200, null],
  ]);
  assert.ok(json.entries.every(({ ip }: { ip: string }) => ip === "192.0.2.7"));
  assert.ok(
    json.entries.every(({ at }: { at: string }) => at === new Date(Date.parse(at)).toISOString()),
  );
  const lines = world.log.map(({ event, ...entry }) => (assert.equal(event, "admin_write"), entry));
  assert.deepEqual(lines, [...json.entries].reverse());
  const limited = await world.ask("GET", "/audit?limit=3");
  assert.deepEqual(limited.json.entries, json.entries.slice(0, 3));
  assert.deepEqual(world.audit.limits, [100, 3]);
});

Deno.test("audit: what is only asked leaves no trace", async () => {
  const world = new World();
  for (
    const [method, path] of [
      ["GET", "/policy"],
      ["GET", "/clusters"],
      ["GET", "/status"],
      ["GET", "/audit"],
      ["POST", "/validate"],
      ["POST", "/simulate"],
      ["POST", "/policy"],
    ] as const
  ) await world.ask(method, path);
  await world.ask("PUT", "/policy", { headers: { authorization: "Bearer wrong" }, body: POLICY });
  assert.deepEqual([world.log, world.audit.entries], [[], []]);
});

for (
  const [method, path, body] of [
    ["PUT", "/policy", POLICY],
    ["POST", "/rollback", { revision: "0123456789ab" }],
    ["POST", "/clusters/aws/drain", undefined],
    ["POST", "/clusters/aws/undrain", undefined],
  ] as const
) {
  Deno.test(`${method} ${path} needs limen:write: refused, and on record`, async () => {
    const world = new World({ auth: authAs(reader) });
    const told = await world.ask(method, path, { body });
    assert.equal(problemIn(told), "403 forbidden");
    assert.match(told.json.detail, /limen:write/);
    assert.equal(
      told.headers.get("www-authenticate"),
      'Bearer realm="limen", error="insufficient_scope", scope="limen:write"',
    );
    const [entry] = world.log;
    const action = path === "/policy" ? "push" : path.split("/").at(-1);
    const subject = path.startsWith("/clusters") ? "aws" : null;
    assert.deepEqual(gist(entry!), [action, "eve", "jwt", subject, null, null, 403, "forbidden"]);
  });
}

Deno.test("scopes: read is enough to look and to ask, and nothing is without it", async () => {
  const asks = [
    ["GET", "/policy"],
    ["GET", "/history"],
    ["GET", "/clusters"],
    ["GET", "/status"],
    ["GET", "/audit"],
    ["GET", "/openapi.json"],
    ["POST", "/validate"],
    ["POST", "/diff"],
    ["POST", "/simulate"],
    ["POST", "/test"],
  ] as const;
  for (const scopes of [["read"], []] as const) {
    const world = new World({ auth: authAs({ ...reader, scopes }) });
    await world.feed.push(POLICY);
    for (const [method, path] of asks) {
      const told = await world.ask(method, path);
      const want = scopes.length === 0 ? "403 forbidden" : "200 undefined";
      assert.equal(problemIn(told), want, `${method} ${path}`);
      if (scopes.length === 0) assert.match(told.json.detail, /limen:read/);
    }
  }
});

Deno.test("a token's subject wins over the header, in history and audit", async () => {
  const world = new World({ auth: authAs(writer) });
  const headers = { "x-limen-by": "mallory" };
  const { json: { revision } } = await world.ask("PUT", "/policy", { body: POLICY, headers });
  await world.ask("POST", "/rollback", { body: { revision }, headers });
  await world.ask("POST", "/clusters/aws/drain", { headers });
  await world.settle();
  const { json: { revisions } } = await world.ask("GET", "/history");
  assert.deepEqual(revisions.map(({ by }: { by: string }) => by), ["ada", "ada"]);
  assert.deepEqual(world.audit.entries.map(({ by }) => by), ["ada", "ada", "ada"]);
});

Deno.test("audit: what the store does not keep is said in the log, and the write stands", async () => {
  for (const fail of ["value", "rejection"] as const) {
    const world = new World();
    if (fail === "value") world.audit.failure = "full";
    else world.audit.append = () => Promise.reject(new Error("full"));
    const revision = await world.push();
    await world.settle();
    assert.equal(world.feed.active?.revision, revision);
    const [, lost] = world.log;
    assert.deepEqual([lost?.event, lost?.action], ["audit_lost", "push"]);
    assert.match(String(lost?.failure), /full/);
  }
});

Deno.test("audit: the answer does not wait for the store", async () => {
  const world = new World();
  const { promise, resolve } = Promise.withResolvers<null>();
  world.audit.append = () => promise;
  await world.push();
  resolve(null);
  await world.settle();
});

Deno.test("GET audit: a store that can't be reached", async () => {
  const world = new World();
  world.audit.failure = "gone";
  assert.equal(problemIn(await world.ask("GET", "/audit")), "503 store_unreachable");
});

Deno.test("audit: a failure of the gateway itself is on record too", async () => {
  const world = new World();
  world.store.write = () => Promise.reject(new TypeError("a bug"));
  await assert.rejects(world.ask("PUT", "/policy", { body: POLICY }), /a bug/);
  assert.deepEqual([world.log[0]?.status, world.log[0]?.code], [500, "internal_error"]);
});

Deno.test("audit: what is too large is on record, and long texts are cut", async () => {
  const world = new World();
  await world.ask("PUT", "/policy", {
    body: POLICY,
    headers: { "content-length": String(100 * 1024 * 1024), authorization: `Bearer ${TOKEN}` },
  });
  assert.deepEqual([world.log[0]?.status, world.log[0]?.code], [413, "body_too_large"]);
  await world.ask("PUT", "/policy", {
    body: POLICY,
    headers: { "x-limen-by": "b".repeat(5_000), "x-limen-message": "m".repeat(5_000) },
  });
  const { by, message } = world.log[1] as { by: string; message: string };
  assert.deepEqual([by.length, message.length], [1_001, 1_001]);
  await world.ask("POST", "/rollback", { body: { revision: "r".repeat(100_000) } });
  assert.equal((world.log[2] as { subject: string }).subject.length, 1_001);
});
