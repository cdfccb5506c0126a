import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { DecidedAttempt, Decision } from "../../src/decision/decision.ts";
import { decisionIn, headerOf, MOST_BYTES } from "../../src/decision/header.ts";

const decision = (more: Partial<Decision> = {}): Decision => ({
  revision: "0123456789ab",
  route: "shop",
  answered: "upstream",
  totalMs: 12,
  ...more,
});

const attempt = (endpoint: number): DecidedAttempt => ({
  cluster: "aws",
  endpoint,
  cause: endpoint === 0 ? "first" : "retry",
  atMs: endpoint,
  tookMs: 1,
  outcome: 503,
});

Deno.test("decision header: it is read as it was written", () => {
  const whole = decision({
    shares: { aws: 0.8, dc: 0.2 },
    chosen: { member: "aws", by: "weight", cluster: "dc", moved: "failover" },
    attempts: [attempt(0)],
    mirrors: ["shadow/0"],
  });
  const header = headerOf(whole);
  assert.deepEqual(decisionIn(header), whole);
  assert.match(header, /^\{"revision":"0123456789ab","route":"shop",/);
});

Deno.test("decision header: ASCII, whatever a name holds", () => {
  const header = headerOf(decision({ route: "größe\n🚢" }));
  assert.match(header, /^[\x20-\x7e]+$/);
  assert.equal(decisionIn(header)!.route, "größe\n🚢");
});

Deno.test("decision header: of many tries the first and the last, and it says so", () => {
  const attempts = Array.from({ length: 500 }, (_, i) => attempt(i));
  const header = headerOf(decision({ attempts }));
  const { cut, attempts: kept } = decisionIn(header)!;
  assert.ok(header.length <= MOST_BYTES, `${header.length} bytes`);
  assert.equal(cut, true);
  assert.deepEqual(kept!.map(({ endpoint }) => endpoint), [
    ...Array.from({ length: 63 }, (_, i) => i),
    499,
  ]);
});

Deno.test("decision header: of many shares the largest", () => {
  const shares = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, i) => [`cluster-${i}`, i / 499_500]),
  );
  const kept = Object.keys(decisionIn(headerOf(decision({ shares })))!.shares!);
  assert.equal(kept[0], "cluster-999");
  assert.equal(kept.at(-1), `cluster-${1_000 - kept.length}`);
});

Deno.test("decision header: never longer than allowed", () => {
  const name = fc.string({ minLength: 1, maxLength: 63 });
  const names = fc.array(name, { maxLength: 300 });
  fc.assert(
    fc.property(names, names, names, fc.nat(300), (panic, full, mirrors, tries) => {
      const header = headerOf(decision({
        shares: Object.fromEntries(panic.map((name) => [name, 0.1])),
        panic,
        full,
        mirrors,
        attempts: Array.from({ length: tries }, (_, i) => attempt(i)),
      }));
      assert.ok(header.length <= MOST_BYTES);
      assert.match(header, /^[\x20-\x7e]+$/);
      assert.equal(decisionIn(header)!.route, "shop");
    }),
    { numRuns: 50 },
  );
});

const NONE = [
  "",
  "x",
  "null",
  "[]",
  "{}",
  "{",
  '{"answered":"upstream"}',
  '{"answered":"upstream","totalMs":1,"attempts":1}',
  '{"answered":"upstream","totalMs":1,"shares":null}',
];
for (const text of NONE) {
  Deno.test(`decision header: ${JSON.stringify(text)} is none`, () => {
    assert.equal(decisionIn(text), null);
  });
}
