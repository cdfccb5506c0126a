import assert from "node:assert/strict";
import * as fc from "fast-check";
import { drawMirrors, shadowHost } from "../../src/forward/mirror.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

/** Mirrors to clusters 0, 1, … */
const mirrors = (...percents: number[]): { cluster: number; percent: number }[] =>
  percents.map((percent, cluster) => ({ cluster, percent }));

const rows = [
  { name: "none", percents: [], draws: [], want: [] },
  { name: "every request", percents: [100], draws: [1 - 2 ** -53], want: [0] },
  { name: "no request", percents: [0], draws: [0], want: [] },
  { name: "below the percentage", percents: [10], draws: [0.0999], want: [0] },
  { name: "at the percentage", percents: [10], draws: [0.1], want: [] },
  { name: "each by its own draw", percents: [50, 50, 50], draws: [0.4, 0.6, 0.2], want: [0, 2] },
  {
    name: "one that takes none moves no other's draw",
    percents: [0, 50],
    draws: [0.1, 0.9],
    want: [],
  },
  { name: "nor one that takes all", percents: [100, 50], draws: [0.9, 0.1], want: [0, 1] },
];
for (const { name, percents, draws, want } of rows) {
  Deno.test(`mirrors: ${name}`, () => {
    const left = [...draws];
    const got = drawMirrors(mirrors(...percents), () => left.shift()!);
    assert.deepEqual(got.map(({ cluster }) => cluster), want);
    assert.deepEqual(left, []);
  });
}

Deno.test("mirrors: each gets its percentage, independent of the other", () => {
  const random = seededRandom(5);
  const two = mirrors(10, 60);
  const counts = tally(4, 20_000, () => {
    const drawn = drawMirrors(two, random).map(({ cluster }) => cluster);
    return (drawn.includes(0) ? 1 : 0) + (drawn.includes(1) ? 2 : 0);
  });
  assertShares(counts, [0.9 * 0.4, 0.1 * 0.4, 0.9 * 0.6, 0.1 * 0.6]);
});

const hosts = [
  ["shop.example.com", "shop.example.com-shadow"],
  ["shop.example.com:8080", "shop.example.com-shadow:8080"],
  ["shop.example.com:", "shop.example.com-shadow:"],
  ["localhost", "localhost-shadow"],
  ["10.0.3.7:80", "10.0.3.7-shadow:80"],
  ["[::1]", "[::1]"],
  ["[2001:db8::7]:8080", "[2001:db8::7]:8080"],
] as const;
for (const [authority, want] of hosts) {
  Deno.test(`shadow host: ${authority}`, () => assert.equal(shadowHost(authority), want));
}

Deno.test("shadow host: the port stays, the name ends in -shadow", () => {
  const port = fc.option(fc.nat(65_535));
  fc.assert(fc.property(fc.domain(), port, (name, port) => {
    const end = port === null ? "" : `:${port}`;
    assert.equal(shadowHost(name + end), `${name}-shadow${end}`);
  }));
});
