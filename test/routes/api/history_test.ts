import assert from "node:assert/strict";
import { POLICY, problemIn, World } from "./fixture.ts";

const saying = (body: string): string =>
  `{ // ${body}\r\n "clusters": {}, "routes": [{ "name": "r", "respond": { "status": 200, "body": "${body}" } }] }\n`;

Deno.test("GET history: every activation, newest first, with who, why and what was found", async () => {
  const world = new World();
  assert.deepEqual((await world.ask("GET", "/history")).json, { revisions: [] });
  const warned = JSON.stringify({
    clusters: { a: { location: "public", endpoints: ["http://a.test"] } },
    routes: [{ name: "r", to: "a" }],
  });
  const first = await world.push(warned);
  const headers = { "x-limen-by": "ada", "x-limen-message": "two" };
  const second = (await world.ask("PUT", "/policy", { body: saying("2"), headers })).json.revision;
  await world.ask("POST", "/rollback", { body: { revision: first } });
  const { json } = await world.ask("GET", "/history");
  const told = json.revisions.map((
    { revision, by, message, source }: Record<string, unknown>,
  ) => [revision, by, message, source]);
  assert.deepEqual(told, [
    [first, null, `rollback to ${first}`, "rollback"],
    [second, "ada", "two", "push"],
    [first, null, null, "push"],
  ]);
  assert.ok(json.revisions[0].findings.length > 0);
  assert.deepEqual(json.revisions[1].findings, []);
  const limited = await world.ask("GET", "/history?limit=2");
  assert.deepEqual(limited.json.revisions, json.revisions.slice(0, 2));
});

for (const path of ["/history", "/audit"]) {
  for (const limit of ["", "0", "-1", "1.5", "ten", "1e2", "99999"]) {
    Deno.test(`GET ${path}?limit=${limit} is refused`, async () => {
      const told = await new World().ask("GET", `${path}?limit=${limit}`);
      assert.equal(problemIn(told), "400 bad_request");
      assert.equal(told.json.errors[0].path, "limit");
    });
  }
}

Deno.test("GET and HEAD history/REVISION: the text byte for byte, its revision as ETag", async () => {
  const world = new World();
  const texts = [saying("ü"), POLICY, `\ufeff${saying("x")}`];
  const revisions: string[] = [];
  for (const text of texts) revisions.push(await world.push(text));
  for (const [i, revision] of revisions.entries()) {
    const response = await world.app.request(
      `http://shop.test/_limen/history/${revision}`,
      { headers: { authorization: "Bearer s3cret" } },
      { ip: null, later: () => {} },
    );
    assert.deepEqual(
      new Uint8Array(await response.arrayBuffer()),
      new TextEncoder().encode(texts[i]),
    );
    const head = await world.ask("HEAD", `/history/${revision}`);
    assert.equal(head.text, "");
    for (const { status, headers } of [response, head]) {
      assert.equal(status, 200);
      assert.equal(headers.get("etag"), `"${revision}"`);
      assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
    }
  }
});

for (
  const name of ["0123456789ab", "0123456789AB", "012345678", "policy", "..", "%2e%2e", "a%2Fb"]
) {
  Deno.test(`GET history/${name}: there is no such revision`, async () => {
    const world = new World();
    await world.push();
    assert.equal(problemIn(await world.ask("GET", `/history/${name}`)), "404 not_found");
  });
}

Deno.test("history: a store that can't be reached", async () => {
  const world = new World();
  const revision = await world.push();
  world.store.down = true;
  for (const path of ["/history", `/history/${revision}`]) {
    assert.equal(problemIn(await world.ask("GET", path)), "503 store_unreachable");
  }
  const back = await world.ask("POST", "/rollback", { body: { revision } });
  assert.equal(problemIn(back), "503 store_unreachable");
});

Deno.test("POST rollback: what it answers, and what is in force then", async () => {
  const world = new World();
  const [old, now] = [await world.push(saying("1")), await world.push(saying("2"))];
  const told = await world.ask("POST", "/rollback", { body: { revision: old } });
  assert.deepEqual([told.status, told.json], [200, { revision: old, findings: [] }]);
  assert.equal(told.headers.get("etag"), `"${old}"`);
  assert.equal((await world.ask("GET", "/policy")).text, saying("1"));

  const lost = await world.ask("POST", "/rollback", {
    body: { revision: now },
    headers: { "if-match": `"${now}"` },
  });
  assert.equal(problemIn(lost), "412 revision_conflict");
  const won = await world.ask("POST", "/rollback", {
    body: { revision: now },
    headers: { "if-match": `"${old}"`, "x-limen-by": "ada", "x-limen-message": "too soon" },
  });
  assert.equal(won.status, 200);
  const [last] = (await world.ask("GET", "/history")).json.revisions;
  assert.deepEqual([last.by, last.message, last.source], ["ada", "too soon", "rollback"]);
  const malformed = await world.ask("POST", "/rollback", {
    body: { revision: now },
    headers: { "if-match": now },
  });
  assert.equal(problemIn(malformed), "400 bad_request");
});

const bodies: [body: unknown, want: string][] = [
  [undefined, "400 bad_request"],
  [{}, "400 bad_request"],
  [{ revision: 1 }, "400 bad_request"],
  [{ revision: "0123456789ab", by: "ada" }, "400 bad_request"],
  ["{", "400 bad_request"],
  [{ revision: "0123456789ab" }, "404 not_found"],
  [{ revision: "latest" }, "404 not_found"],
  [{ revision: "" }, "404 not_found"],
];
for (const [body, want] of bodies) {
  Deno.test(`POST rollback ${JSON.stringify(body)}: ${want}`, async () => {
    const world = new World();
    const revision = await world.push();
    assert.equal(problemIn(await world.ask("POST", "/rollback", { body })), want);
    assert.equal(world.feed.active?.revision, revision);
  });
}

Deno.test("what spreads later says so", async () => {
  const world = new World();
  const { write } = world.store;
  world.store.write = async (...args) => {
    const written = await write.apply(world.store, args);
    const spreadFailure = { code: "unreachable", message: "Workers KV is down" } as const;
    return written.kind === "written" ? { ...written, spreadFailure } : written;
  };
  const { status, json } = await world.ask("PUT", "/policy", { body: POLICY });
  assert.deepEqual([status, json.pending], [200, "Workers KV is down"]);
  const back = await world.ask("POST", "/rollback", { body: { revision: json.revision } });
  assert.equal(back.json.pending, "Workers KV is down");
});

Deno.test("a policy that fails its own tests is not stored, and its findings say which", async () => {
  const world = new World();
  const told = await world.ask("PUT", "/policy", { body: POLICY.replace("0.8", "0.7") });
  assert.equal(problemIn(told), "422 invalid_policy");
  const paths = told.json.findings.map(({ path }: { path: string }) => path);
  assert.deepEqual(paths, ["tests[0]"]);
  assert.equal(world.store.active, null);
});
