import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Verdict } from "../../src/health/active_check.ts";
import { cast, verdictOf, type Vote, voteUntilMs } from "../../src/health/quorum.ts";

const VERDICTS: Readonly<Record<string, Verdict>> = {
  "?": "unknown",
  H: "healthy",
  D: "degraded",
  U: "unhealthy",
  X: "excluded",
};

/** One letter for each vantage point; `-` is silent, a small letter an expired vote. */
const votesOf = (letters: string): Vote[] =>
  [...letters].flatMap((letter, i) => {
    const verdict = VERDICTS[letter.toUpperCase()];
    const expired = letter !== letter.toUpperCase();
    const untilMs = expired ? 1000 : 1001;
    return verdict === undefined ? [] : [{ from: `place-${i}`, verdict, atMs: 0, untilMs }];
  });

// The verdict of as many places as there are letters.
const rows = [
  { votes: "H", want: "healthy" },
  { votes: "U", want: "unhealthy" },
  { votes: "D", want: "degraded" },
  { votes: "-", want: "unknown" },
  { votes: "u", want: "unknown" },
  { votes: "?", want: "unknown" },
  { votes: "UU", want: "unhealthy" },
  { votes: "UH", want: "healthy" },
  { votes: "U-", want: "healthy" },
  { votes: "UUH", want: "unhealthy" },
  { votes: "UHH", want: "healthy" },
  { votes: "UU-", want: "unhealthy" },
  { votes: "U--", want: "healthy" },
  { votes: "Uuu", want: "healthy" },
  { votes: "UU?", want: "unhealthy" },
  { votes: "UUHH", want: "healthy" },
  { votes: "UUUH", want: "unhealthy" },
  { votes: "DDH", want: "degraded" },
  { votes: "DHH", want: "healthy" },
  { votes: "UDH", want: "degraded" },
  { votes: "UUD", want: "unhealthy" },
  { votes: "XHH", want: "excluded" },
  { votes: "X--", want: "excluded" },
  { votes: "xHH", want: "healthy" },
  { votes: "UUX", want: "excluded" },
] as const;
for (const { votes, want } of rows) {
  Deno.test(`quorum: ${votes} is ${want}`, () => {
    assert.equal(verdictOf(votesOf(votes), votes.length, 1000), want);
  });
}

const vote = (from: string, verdict: Verdict, atMs: number, untilMs = 9000): Vote => ({
  from,
  verdict,
  atMs,
  untilMs,
});

Deno.test("quorum: a vantage point has one vote, its latest", () => {
  let votes: Vote[] = [];
  votes = cast(votes, vote("a", "healthy", 100), 100);
  votes = cast(votes, vote("b", "healthy", 150), 150);
  votes = cast(votes, vote("a", "unhealthy", 200), 200);
  votes = cast(votes, vote("a", "healthy", 120), 210);
  const by = new Map(votes.map(({ from, verdict }) => [from, verdict]));
  assert.equal(votes.length, 2);
  assert.deepEqual(by, new Map([["a", "unhealthy"], ["b", "healthy"]]));
});

Deno.test("quorum: what has expired is forgotten", () => {
  const votes = cast([vote("a", "unhealthy", 0, 500)], vote("b", "healthy", 500), 500);
  assert.deepEqual(votes.map(({ from }) => from), ["b"]);
  assert.deepEqual(cast(votes, vote("c", "healthy", 0, 500), 500), votes);
});

Deno.test("quorum: a vote outlives two checks that did not happen", () => {
  // Checks end 12 s apart at the latest: at 12, 24 and 36 s.
  assert.equal(voteUntilMs(1_000_000, 10_000, 2000), 1_036_000);
});

const places = fc.array(fc.constantFrom("H", "D", "U", "-"), { minLength: 1, maxLength: 9 });
const RANK: readonly Verdict[] = ["unknown", "healthy", "degraded", "unhealthy"];

Deno.test("quorum: less than half the places can take nothing out", () => {
  fc.assert(fc.property(places, (places) => {
    const against = places.filter((letter) => letter === "U").length;
    const out = verdictOf(votesOf(places.join("")), places.length, 1000) === "unhealthy";
    assert.equal(out, against > places.length / 2);
  }));
});

Deno.test("quorum: a worse vote never makes a better verdict, whoever casts it and in what order", () => {
  fc.assert(fc.property(places, fc.nat(8), (places, at) => {
    const worse = places.with(at % places.length, "U");
    const of = (letters: readonly string[]): Verdict =>
      verdictOf(votesOf(letters.join("")), letters.length, 1000);
    assert.ok(RANK.indexOf(of(worse)) >= RANK.indexOf(of(places)));
    assert.equal(of(places.toReversed()), of(places));
  }));
});
