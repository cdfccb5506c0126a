import assert from "node:assert/strict";
import { validate } from "../../../src/policy/validate.ts";
import { fieldsIn, POLICY, problemIn, World } from "./fixture.ts";

/** The same document as text and as JSON has findings at other places. */
const BAD = `{
  "clusters": { "aws": { "location": "moon", "endpoints": ["https://a.test"] } },
  "routes": [{ "name": "r", "split": { "awz": 1 } }]
}`;

interface Placed {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const places = (findings: readonly Placed[]): string[] =>
  findings.map(({ path, line, column }) => `${path} ${line}:${column}`);

const EXPECTED = places(validate(BAD).findings);

const bodies: { name: string; body: string; want: readonly string[] }[] = [
  { name: "the bare text", body: BAD, want: EXPECTED },
  { name: "the text in a string", body: JSON.stringify({ policy: BAD }), want: EXPECTED },
  { name: "the document in a body", body: `{\n\n "policy"  :  ${BAD}\n}`, want: EXPECTED },
  {
    name: "between others, with comments",
    body: `{ // why\n "target": "deno", "policy": ${BAD} /* end */ }`,
    want: EXPECTED,
  },
  { name: "a good one", body: JSON.stringify({ policy: POLICY }), want: [] },
  { name: "a good bare one", body: POLICY, want: [] },
  { name: "no JSON", body: "{", want: places(validate("{").findings) },
  { name: "no JSON in a string", body: '{"policy":"{"}', want: places(validate("{").findings) },
  { name: "an empty string", body: '{"policy":""}', want: places(validate("").findings) },
  { name: "a list", body: "[]", want: places(validate("[]").findings) },
  { name: "a list in a body", body: '{"policy": []}', want: places(validate("[]").findings) },
  { name: "null", body: '{"policy": null}', want: places(validate("null").findings) },
  { name: "another object", body: '{"a": 1}', want: places(validate('{"a": 1}').findings) },
];
for (const { name, body, want } of bodies) {
  Deno.test(`POST validate: ${name}`, async () => {
    const told = await new World().ask("POST", "/validate", { body });
    assert.equal(told.status, 200, told.text);
    assert.deepEqual(places(told.json.findings), want);
  });
}

const ON_WORKERS = JSON.stringify({
  clusters: { dc: { location: "private", endpoints: ["http://10.0.0.1"] } },
  routes: [{ name: "r", to: "dc" }],
});

Deno.test("POST validate: of one platform's limits or of both", async () => {
  const world = new World();
  const codes = async (target?: string): Promise<string[]> =>
    (await world.ask("POST", "/validate", { body: { policy: ON_WORKERS, target } })).json.findings
      .map(({ code }: { code: string }) => code);
  const of = (target?: "cloudflare" | "deno"): string[] =>
    validate(ON_WORKERS, target ? { target } : {}).findings.map(({ code }) => code);
  assert.notDeepEqual(of("cloudflare"), of("deno"));
  for (const target of ["cloudflare", "deno", undefined] as const) {
    assert.deepEqual(await codes(target), of(target));
  }
});

Deno.test("POST validate: without a policy, the one in force", async () => {
  const world = new World();
  for (const body of [undefined, "", " \n", "{}", '{"target":"deno"}']) {
    assert.equal(problemIn(await world.ask("POST", "/validate", { body })), "404 not_found");
  }
  await world.push(ON_WORKERS);
  for (const body of [undefined, "", "{}", '{"target":"cloudflare"}']) {
    const { json } = await world.ask("POST", "/validate", { body });
    assert.ok(json.findings.length > 0);
    assert.ok(json.findings.every(({ severity }: { severity: string }) => severity === "warning"));
  }
});

Deno.test("POST validate: what is wrong with the request", async () => {
  const world = new World();
  const asked = (body: unknown): Promise<string[]> =>
    world.ask("POST", "/validate", { body }).then((told) => {
      assert.equal(problemIn(told), "400 bad_request");
      return fieldsIn(told);
    });
  assert.deepEqual(await asked({ policy: POLICY, target: "moon" }), ["target"]);
  assert.deepEqual(await asked({ policy: POLICY, tarpit: "deno" }), ["tarpit"]);
  assert.deepEqual(await asked({ target: 7 }), ["target"]);
});

Deno.test("POST validate: a policy of 5 MiB in a body, in a moment", async () => {
  const routes = Array.from({ length: 30_000 }, (_, i) => ({
    name: `route-${i}`,
    match: { path: `/tenant-${i}/*`, headers: { "x-version": `${i % 100}` } },
    respond: { status: 200, body: `${i}`, headers: { "x-padding": "p".repeat(60) } },
  }));
  const broken = { ...routes[29_999]!, to: "nobody" };
  const policy = { clusters: {}, routes: [...routes.slice(0, -1), broken] };
  const body = JSON.stringify({ target: "deno", policy });
  assert.ok(body.length > 5 * 1024 * 1024);
  const { status, json } = await new World().ask("POST", "/validate", { body });
  assert.equal(status, 200);
  const text = JSON.stringify(policy);
  assert.deepEqual(json.findings, validate(text, { target: "deno" }).findings);
  assert.ok(json.findings.length > 0);
});

const CANARY = POLICY.replace('"aws": 80, "dc": 20', '"aws": 70, "dc": 30').replace("0.8", "0.7");

Deno.test("POST diff: before there is a policy, and after", async () => {
  const world = new World();
  const first = await world.ask("POST", "/diff", { body: { policy: POLICY } });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.from, null);
  const revision = await world.push();
  assert.equal(first.json.to, revision);

  const second = await world.ask("POST", "/diff", { body: { policy: CANARY } });
  assert.deepEqual([second.status, second.json.from], [200, revision]);
  assert.deepEqual(second.json.shares, [
    { route: "shop", cluster: "aws", from: 0.8, to: 0.7 },
    { route: "shop", cluster: "dc", from: 0.2, to: 0.3 },
  ]);
  assert.match(second.json.text, /^\+.*"dc": 30/m);
  const messages = second.json.changes.map(({ message }: { message: string }) => message);
  assert.ok(messages.some((message: string) => /shop.*20 % -> 30 %/.test(message)), `${messages}`);
  assert.equal(world.feed.active?.revision, revision, "nothing is stored");
});

Deno.test("POST diff: without a policy, nothing changes", async () => {
  const world = new World();
  assert.equal(problemIn(await world.ask("POST", "/diff")), "404 not_found");
  const revision = await world.push();
  for (const body of [undefined, {}, { policy: POLICY }]) {
    const { json } = await world.ask("POST", "/diff", { body });
    assert.deepEqual(json, { from: revision, to: revision, changes: [], shares: [], text: "" });
  }
});

Deno.test("POST test: the policy that is brought along, or the one in force", async () => {
  const world = new World();
  assert.equal(problemIn(await world.ask("POST", "/test")), "404 not_found");
  await world.push();
  const good = await world.ask("POST", "/test");
  assert.deepEqual(good.json, {
    passed: 1,
    failed: 0,
    tests: [{ name: "the shop is shared", ok: true, detail: "" }],
    uncovered: ["old"],
  });
  const changed = POLICY.replace('"aws": 80, "dc": 20', '"aws": 70, "dc": 30');
  for (const policy of [changed, JSON.parse(changed.replace(/\/\/.*/, ""))]) {
    const { status, json } = await world.ask("POST", "/test", { body: { policy } });
    assert.deepEqual([status, json.passed, json.failed], [200, 0, 1]);
    assert.match(json.tests[0].detail, /aws/);
  }
});

for (const path of ["/diff", "/test", "/explain", "/simulate"]) {
  const more = path === "/explain" ? { method: "GET", url: "https://shop.test/" } : {};

  Deno.test(`POST ${path}: an invalid policy, with all findings at their places`, async () => {
    const world = new World();
    for (const policy of [BAD, "{", JSON.parse(BAD)]) {
      const told = await world.ask("POST", path, { body: { ...more, policy } });
      assert.equal(problemIn(told), "422 invalid_policy");
      const text = typeof policy === "string" ? policy : JSON.stringify(policy);
      assert.deepEqual(places(told.json.findings), places(validate(text).findings));
    }
  });

  Deno.test(`POST ${path}: a body that is none`, async () => {
    const world = new World();
    for (const body of ["{", "[]", "null", "1", '"x"', '{"policy":{}} x', "\0"]) {
      const told = await world.ask("POST", path, { body });
      assert.equal(problemIn(told), "400 bad_request", body);
      assert.deepEqual(fieldsIn(told), ["$"], body);
    }
    const unknown = await world.ask("POST", path, { body: { ...more, polcy: {} } });
    assert.deepEqual(fieldsIn(unknown), ["polcy"]);
    assert.match(unknown.json.detail, /did you mean "policy"/);
  });
}
