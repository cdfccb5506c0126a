import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type LevelHealth, priorityLoads } from "../../src/steer/priority.ts";

/** `up/hosts`, `up+degraded/hosts`, each with ` @overprovisioning` unless that is 140. */
function level(written: string): LevelHealth {
  const [counts, overprovisioning = "140"] = written.split(" @");
  const [up, hosts] = counts!.split("/");
  const [healthy, degraded = "0"] = up!.split("+");
  return {
    hosts: Number(hosts),
    healthy: Number(healthy),
    degraded: Number(degraded),
    overprovisioning: Number(overprovisioning),
  };
}

/** Loads as in `70`, `35+30` with degraded ones, `100!` in panic. */
const written = (loads: ReturnType<typeof priorityLoads>): string[] =>
  loads.map(({ healthy, degraded, panic }) =>
    `${healthy}${degraded > 0 ? `+${degraded}` : ""}${panic ? "!" : ""}`
  );

// Worked by hand; the comment gives each level's health and their sum T.
const rows = [
  { name: "all up", levels: ["4/4"], panic: 50, want: ["100"] }, // 100, T 100
  { name: "overprovisioning covers it", levels: ["3/4"], panic: 50, want: ["100"] }, // 105, T 100
  { name: "less than whole, but alone", levels: ["3/5"], panic: 50, want: ["100"] }, // 84, T 84

  { name: "lower levels idle", levels: ["4/4", "4/4"], panic: 50, want: ["100", "0"] },
  { name: "spill", levels: ["3/5", "5/5"], panic: 50, want: ["84", "16"] }, // 84 100, T 100
  { name: "no panic while all is carried", levels: ["1/5", "5/5"], panic: 50, want: ["28", "72"] },
  { name: "first level gone", levels: ["0/5", "5/5"], panic: 50, want: ["0", "100"] },
  { name: "spill twice", levels: ["1/4", "1/4", "4/4"], panic: 50, want: ["35", "35", "30"] },
  { name: "a level without hosts", levels: ["0/0", "5/5"], panic: 50, want: ["0", "100"] },
  // 14 28 42, T 84: 16 33 50, and 1 left over.
  {
    name: "what floors leave",
    levels: ["1/10", "2/10", "3/10"],
    panic: 0,
    want: ["17", "33", "50"],
  },
  // 0 28 42, T 70: 0 40 60.
  {
    name: "too little in all",
    levels: ["0/10", "2/10", "3/10"],
    panic: 0,
    want: ["0", "40", "60"],
  },
  // 0 14 28 42: as above, but what is left over skips the level that is gone.
  {
    name: "what floors leave goes to the first that is up",
    levels: ["0/10", "1/10", "2/10", "3/10"],
    panic: 0,
    want: ["0", "17", "33", "50"],
  },

  { name: "own overprovisioning", levels: ["1/2 @200", "2/2"], panic: 50, want: ["100", "0"] },
  // 50 70, T 100.
  {
    name: "different overprovisioning",
    levels: ["1/2 @100", "1/2"],
    panic: 50,
    want: ["50", "50"],
  },

  // 56 100, degraded 28, T 100.
  { name: "degraded come last", levels: ["2+1/5", "5/5"], panic: 50, want: ["56", "44"] },
  // 35 35, degraded 70, T 100.
  { name: "degraded fill the gap", levels: ["1+2/4", "1/4"], panic: 50, want: ["35+30", "35"] },
  // 0 0, degraded 84 100.
  { name: "only degraded", levels: ["0+3/5", "0+5/5"], panic: 50, want: ["0+84", "0+16"] },
  // Degraded 14 28 42, T 84.
  {
    name: "what floors leave, degraded",
    levels: ["0+1/10", "0+2/10", "0+3/10"],
    panic: 0,
    want: ["0+17", "0+33", "0+50"],
  },
  // 0 0, degraded 42 46, T 88: 47 52, and 1 left over, though one endpoint of 200 is healthy.
  {
    name: "what floors leave is not for a health of 0",
    levels: ["1+60/200", "0+1/3"],
    panic: 0,
    want: ["0+48", "0+52"],
  },
  // Degraded 0 42 46, T 88, as above.
  {
    name: "what floors leave is not for a degraded health of 0 either",
    levels: ["0+1/200", "0+60/200", "0+1/3"],
    panic: 0,
    want: ["0", "0+48", "0+52"],
  },
  // 0 28, degraded 14 0, T 42: 66, 33, and 1 left over for the healthy.
  {
    name: "what floors leave is for the healthy",
    levels: ["0+1/10", "2/10"],
    panic: 0,
    want: ["0+33", "67"],
  },

  { name: "exactly at the threshold", levels: ["2/4"], panic: 50, want: ["100"] },
  { name: "just below it", levels: ["49/100"], panic: 50, want: ["100!"] },
  { name: "degraded count as available", levels: ["1+1/4"], panic: 50, want: ["50+50"] },
  { name: "panic with degraded", levels: ["1+1/5"], panic: 50, want: ["100!"] },
  { name: "a threshold with a fraction, met", levels: ["1/3"], panic: 33.3, want: ["100"] },
  { name: "a threshold with a fraction, missed", levels: ["1/3"], panic: 33.4, want: ["100!"] },
  { name: "a threshold of 100, all carried", levels: ["99/100"], panic: 100, want: ["100"] },
  { name: "a threshold of 100", levels: ["99/100 @100"], panic: 100, want: ["100!"] },
  // 14 84, T 98: 14 85, and 1 left over.
  { name: "one level in panic", levels: ["1/10", "6/10"], panic: 50, want: ["15!", "85"] },
  // 70 14, T 84: 83 16, and 1 left over.
  { name: "the lower level in panic", levels: ["5/10", "1/10"], panic: 50, want: ["84", "16!"] },
  // 0 84, T 84.
  { name: "a dead level panics idle", levels: ["0/5", "3/5"], panic: 50, want: ["0!", "100"] },
  { name: "an empty level panics idle", levels: ["0/0", "3/5"], panic: 50, want: ["0!", "100"] },

  // By hosts: 14 28 57, and 1 left over.
  {
    name: "total panic",
    levels: ["0/1", "0/2", "0/4"],
    panic: 50,
    want: ["15!", "28!", "57!"],
  },
  {
    name: "total panic ignores who is up",
    levels: ["1/10", "2/10", "3/10"],
    panic: 50,
    want: ["34!", "33!", "33!"],
  },
  {
    name: "total panic, nobody in the first level",
    levels: ["0/0", "0/3", "0/6"],
    panic: 50,
    want: ["0!", "34!", "66!"],
  },
  { name: "total panic ends degraded loads", levels: ["0+1/5"], panic: 50, want: ["100!"] },

  { name: "panic off", levels: ["1/3"], panic: 0, want: ["100"] },
  { name: "panic off, nobody up", levels: ["0/3", "0/3"], panic: 0, want: ["0", "0"] },
  { name: "one of 200", levels: ["1/200"], panic: 0, want: ["100"] },
  { name: "one of 200 behind", levels: ["0/3", "1/200"], panic: 0, want: ["0", "100"] },
  { name: "one of 200 degraded", levels: ["0/3", "0+1/200"], panic: 0, want: ["0", "0+100"] },
  {
    name: "one of 200 healthy, one degraded in front",
    levels: ["0+1/200", "1/200"],
    panic: 0,
    want: ["0", "100"],
  },
  { name: "one of 200 in front", levels: ["1/200", "2/2"], panic: 50, want: ["0", "100"] },
  { name: "one of 200 below a small threshold", levels: ["1/200"], panic: 1, want: ["100!"] },
  { name: "one of 200 above a smaller one", levels: ["1/200"], panic: 0.5, want: ["100"] },

  { name: "no levels", levels: [], panic: 50, want: [] },
  { name: "no hosts", levels: ["0/0"], panic: 50, want: ["0!"] },
  { name: "no hosts, panic off", levels: ["0/0", "0/0"], panic: 0, want: ["0", "0"] },
];
for (const { name, levels, panic, want } of rows) {
  Deno.test(`priority loads: ${name}`, () => {
    assert.deepEqual(written(priorityLoads(levels.map(level), panic)), want);
  });
}

const anyLevel: fc.Arbitrary<LevelHealth> = fc.nat(300).chain((hosts) =>
  fc.record({ up: fc.nat(hosts), part: fc.double({ min: 0, max: 1, noNaN: true }) })
    .chain(({ up, part }) =>
      fc.record({
        hosts: fc.constant(hosts),
        healthy: fc.constant(Math.round(up * part)),
        degraded: fc.constant(up - Math.round(up * part)),
        overprovisioning: fc.integer({ min: 100, max: 300 }),
      })
    )
);
const anyLevels = fc.array(anyLevel, { maxLength: 6 });
const anyThreshold = fc.oneof(fc.constant(0), fc.constant(50), fc.integer({ min: 0, max: 100 }));
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

Deno.test("priority loads add up to 100, or to 0 exactly when nothing can serve", () => {
  fc.assert(fc.property(anyLevels, anyThreshold, (levels, threshold) => {
    const loads = priorityLoads(levels, threshold);
    const anyoneUp = levels.some(({ healthy, degraded }) => healthy + degraded > 0);
    const canServe = anyoneUp || (threshold > 0 && levels.some(({ hosts }) => hosts > 0));
    assert.equal(sum(loads.map((load) => load.healthy + load.degraded)), canServe ? 100 : 0);
  }));
});

Deno.test("priority loads go only where someone can take them", () => {
  fc.assert(fc.property(anyLevels, anyThreshold, (levels, threshold) => {
    priorityLoads(levels, threshold).forEach((load, i) => {
      const { hosts, healthy, degraded } = levels[i]!;
      assert.ok(load.healthy >= 0 && Number.isInteger(load.healthy));
      assert.ok(load.degraded >= 0 && Number.isInteger(load.degraded));
      if (load.healthy > 0) assert.ok(load.panic ? hosts > 0 : healthy > 0);
      if (load.degraded > 0) assert.ok(load.panic ? hosts > 0 : degraded > 0);
      if (load.panic) assert.ok(100 * (healthy + degraded) < threshold * Math.max(1, hosts));
    });
  }));
});

Deno.test("priority loads: a level that can carry everything leaves nothing to those below", () => {
  fc.assert(
    fc.property(anyLevels, anyLevels, fc.integer({ min: 1, max: 300 }), (above, below, n) => {
      const whole = { hosts: n, healthy: n, degraded: 0, overprovisioning: 100 };
      const loads = priorityLoads([...above, whole, ...below], 50);
      assert.ok(loads.every(({ panic }) => !panic));
      for (const load of loads.slice(above.length + 1)) assert.equal(load.healthy, 0);
      for (const load of loads) assert.equal(load.degraded, 0);
    }),
  );
});

Deno.test("priority loads: who comes back never lowers its own level's load", () => {
  fc.assert(
    fc.property(anyLevels.filter((levels) => levels.length > 0), fc.nat(), (levels, pick) => {
      const at = pick % levels.length;
      const before = levels[at]!;
      fc.pre(before.healthy > 0 && before.healthy + before.degraded < before.hosts);
      const after = levels.with(at, { ...before, healthy: before.healthy + 1 });
      // Without panic: in panic a level's load comes from its size. What the floors leave over, at
      // most one percent for each load, may move to another level.
      const slack = 2 * levels.length;
      const [was, is] = [levels, after].map((levels) => priorityLoads(levels, 0)[at]!.healthy);
      assert.ok(is! >= was! - slack, `${was} fell to ${is}`);
    }),
  );
});
