import assert from "node:assert/strict";
import type { Verdict } from "../../src/health/active_check.ts";
import type { SharedVerdict } from "../../src/fleet/port.ts";
import { Tallies, VOTE_EVERY_MS, VOTE_TIMEOUT_MS } from "../../src/fleet/tallies.ts";

const START = 1_000_000;
/** Three chances to renew a vote. */
const LIFE_MS = 3 * (VOTE_EVERY_MS + VOTE_TIMEOUT_MS);

const on = (origin: string, verdict: Verdict): SharedVerdict => ({
  cluster: "dc",
  origin,
  verdict,
});

const verdictsOf = (tallies: Tallies, nowMs: number): Record<string, Verdict> =>
  Object.fromEntries(tallies.count(nowMs).verdicts.map(({ origin, verdict }) => [origin, verdict]));

const majorities: [votes: string, want: Verdict][] = [
  ["u", "healthy"],
  ["uu", "healthy"],
  ["uuu", "unhealthy"],
  ["uuuhh", "unhealthy"],
  ["uuhhh", "healthy"],
  ["uddhh", "degraded"],
  ["ddd", "degraded"],
  ["hhhhx", "excluded"],
];
const LETTERS: Readonly<Record<string, Verdict>> = {
  u: "unhealthy",
  h: "healthy",
  d: "degraded",
  x: "excluded",
};
for (const [votes, want] of majorities) {
  Deno.test(`tallies: ${votes} of five places make ${want}`, () => {
    const tallies = new Tallies(5);
    for (const [i, letter] of [...votes].entries()) {
      tallies.take(`place-${i}`, [on("a", LETTERS[letter]!)], START);
    }
    assert.deepEqual(verdictsOf(tallies, START), { a: want });
  });
}

Deno.test("tallies: a place that says the same again changes nothing, another word does", () => {
  const tallies = new Tallies(1);
  assert.equal(tallies.take("p", [], START), false);
  assert.equal(tallies.take("p", [on("a", "healthy")], START), true);
  assert.equal(tallies.take("p", [on("a", "healthy")], START + 1), false);
  assert.equal(tallies.take("p", [on("a", "unhealthy")], START + 2), true);
  assert.deepEqual(verdictsOf(tallies, START + 2), { a: "unhealthy" });
});

Deno.test("tallies: what a place no longer names has no vote of it", () => {
  const tallies = new Tallies(3);
  for (const place of ["p", "q"]) {
    tallies.take(place, [on("a", "unhealthy"), on("b", "healthy")], START);
  }
  assert.deepEqual(verdictsOf(tallies, START), { a: "unhealthy", b: "healthy" });
  assert.equal(tallies.take("p", [on("b", "healthy")], START), true);
  assert.deepEqual(verdictsOf(tallies, START), { a: "healthy", b: "healthy" });
  assert.equal(tallies.take("q", [], START), true);
  assert.deepEqual(verdictsOf(tallies, START), { b: "healthy" });
  assert.deepEqual(["a", "b"].map((origin) => tallies.has({ cluster: "dc", origin })), [
    false,
    true,
  ]);
});

Deno.test("tallies: votes expire unless they are renewed, and it is known when", () => {
  const tallies = new Tallies(3);
  tallies.take("p", [on("a", "unhealthy")], START);
  tallies.take("q", [on("a", "unhealthy")], START + 1_000);
  assert.deepEqual(verdictsOf(tallies, START + LIFE_MS - 1), { a: "unhealthy" });
  assert.equal(tallies.count(START + 1_000).untilMs, START + LIFE_MS);
  assert.deepEqual(verdictsOf(tallies, START + LIFE_MS), { a: "healthy" });
  assert.equal(tallies.count(START + LIFE_MS).untilMs, START + 1_000 + LIFE_MS);
  tallies.take("p", [on("a", "unhealthy")], START + LIFE_MS);
  assert.deepEqual(verdictsOf(tallies, START + LIFE_MS), { a: "unhealthy" });
  assert.deepEqual(tallies.count(START + 3 * LIFE_MS), { verdicts: [], untilMs: Infinity });
  assert.equal(tallies.has({ cluster: "dc", origin: "a" }), false);
});
