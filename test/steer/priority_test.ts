import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type LevelHealth, priorityLoads } from "../../src/steer/priority.ts";

/** `up/hosts`, `up+degraded/hosts`, `up/hosts-excluded`, each with ` @overprovisioning` unless that is 140. */
function level(written: string): LevelHealth {
  const [counts, overprovisioning = "140"] = written.split(" @");
  const [up, all] = counts!.split("/");
  const [healthy, degraded = "0"] = up!.split("+");
  const [hosts, excluded = "0"] = all!.split("-");
  return {
    hosts: Number(hosts),
    excluded: Number(excluded),
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

  // Excluded ones leave numerator and denominator: 2 of 2.
  { name: "excluded are not missing", levels: ["2/5-3", "5/5"], panic: 50, want: ["100", "0"] },
  // 1 of 2: 70.
  { name: "beside excluded ones", levels: ["1/5-3", "5/5"], panic: 50, want: ["70", "30"] },
  // Of 3, 1 and 1: 46 46 and 100.
  {
    name: "excluded, and degraded ones",
    levels: ["1+1/5-2", "0/5"],
    panic: 50,
    want: ["50+50", "0!"],
  },
  {
    name: "all excluded: a level of nobody",
    levels: ["0/3-3", "3/3"],
    panic: 50,
    want: ["0", "100"],
  },
  // 0, 84, T 84.
  {
    name: "all excluded: it panics idle",
    levels: ["0/3-3", "3/5"],
    panic: 50,
    want: ["0!", "100"],
  },
  // 2 of 4 is not below 50 %, 2 of 6 would be.
  { name: "excluded do not count for panic", levels: ["2/6-2"], panic: 50, want: ["100"] },
  { name: "but who is left does", levels: ["1/6-3"], panic: 50, want: ["100!"] },
  // By hosts, 5 of 6 and 1 of 6, excluded ones and all: 83 16, and 1 left over.
  {
    name: "total panic counts excluded ones",
    levels: ["0/5-4", "0/1"],
    panic: 50,
    want: ["84!", "16!"],
  },
  {
    name: "total panic of none but excluded ones",
    levels: ["0/1-1", "0/3-3"],
    panic: 50,
    want: ["25!", "75!"],
  },
  {
    name: "none but excluded ones, panic off",
    levels: ["0/1-1", "0/3-3"],
    panic: 0,
    want: ["0", "0"],
  },
  // One of 200 left of 300 rounds to a health of 0.
  { name: "one of 200 beside excluded ones", levels: ["1/300-100"], panic: 0, want: ["100"] },

  { name: "no levels", levels: [], panic: 50, want: [] },
  { name: "no hosts", levels: ["0/0"], panic: 50, want: ["0!"] },
  { name: "no hosts, panic off", levels: ["0/0", "0/0"], panic: 0, want: ["0", "0"] },
];
for (const { name, levels, panic, want } of rows) {
  Deno.test(`priority loads: ${name}`, () => {
    assert.deepEqual(written(priorityLoads(levels.map(level), panic)), want);
  });
}

/** Of each kind any number, each overprovisioning its own. */
const anyLevel: fc.Arbitrary<LevelHealth> = fc.record({
  healthy: fc.oneof(fc.nat(3), fc.nat(100)),
  degraded: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100)),
  excluded: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100)),
  unhealthy: fc.oneof(fc.nat(3), fc.nat(100)),
  overprovisioning: fc.oneof(fc.constant(140), fc.integer({ min: 100, max: 300 })),
}).map(({ unhealthy, ...level }) => ({
  ...level,
  hosts: level.healthy + level.degraded + level.excluded + unhealthy,
}));
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
      const { hosts, excluded, healthy, degraded } = levels[i]!;
      assert.ok(load.healthy >= 0 && Number.isInteger(load.healthy));
      assert.ok(load.degraded >= 0 && Number.isInteger(load.degraded));
      if (load.healthy > 0) assert.ok(load.panic ? hosts > 0 : healthy > 0);
      if (load.degraded > 0) assert.ok(load.panic ? hosts > 0 : degraded > 0);
      if (load.panic) {
        assert.ok(100 * (healthy + degraded) < threshold * Math.max(1, hosts - excluded));
      }
    });
  }));
});

Deno.test("priority loads: a level that can carry everything leaves nothing to those below", () => {
  fc.assert(
    fc.property(anyLevels, anyLevels, fc.integer({ min: 1, max: 300 }), (above, below, n) => {
      const whole = { hosts: n, excluded: 0, healthy: n, degraded: 0, overprovisioning: 100 };
      const loads = priorityLoads([...above, whole, ...below], 50);
      assert.ok(loads.every(({ panic }) => !panic));
      for (const load of loads.slice(above.length + 1)) assert.equal(load.healthy, 0);
      for (const load of loads) assert.equal(load.degraded, 0);
    }),
  );
});

Deno.test("priority loads: who is excluded makes no difference, but in total panic", () => {
  fc.assert(fc.property(anyLevels, anyThreshold, (levels, threshold) => {
    const without = levels.map((level) => ({
      ...level,
      hosts: level.hosts - level.excluded,
      excluded: 0,
    }));
    const loads = priorityLoads(levels, threshold);
    if (!isTotalPanic(loads)) assert.deepEqual(loads, priorityLoads(without, threshold));
    else assert.ok(isTotalPanic(priorityLoads(without, threshold)));
  }));
});

const isTotalPanic = (loads: ReturnType<typeof priorityLoads>): boolean =>
  loads.length > 0 && loads.every(({ panic }) => panic);

/** A level where somebody of one kind has become healthy, and what it takes before and after. */
const comebacks = (from: "unhealthy" | "excluded", threshold: number): fc.Arbitrary<{
  readonly before: ReturnType<typeof priorityLoads>;
  readonly after: ReturnType<typeof priorityLoads>;
  readonly at: number;
  readonly level: LevelHealth;
}> =>
  fc.record({ levels: anyLevels.filter((levels) => levels.length > 0), pick: fc.nat() })
    .map(({ levels, pick }) => {
      const at = pick % levels.length;
      // One more endpoint of this kind, so that there is one to come back.
      const { hosts, excluded, ...rest } = levels[at]!;
      const isOut = from === "excluded" ? 1 : 0;
      const level = { ...rest, hosts: hosts + 1, excluded: excluded + isOut };
      const back = { ...level, excluded, healthy: level.healthy + 1 };
      const [before, after] = [level, back]
        .map((level) => priorityLoads(levels.with(at, level), threshold));
      return { before: before!, after: after!, at, level };
    });

// A theorem about the formulas, floors and remainder and all. Where all is carried (T = 100) nothing
// is left over, and a level takes the lesser of its health and what those above left. Where not,
// every other level's floor(100 x health / T) falls or stays as T grows, and the level that gets the
// remainder has 100 less the sum of these.
for (const from of ["unhealthy", "excluded"] as const) {
  for (const threshold of [0, 50]) {
    const which = `from ${from}, panic threshold ${threshold}`;
    Deno.test(`priority loads: who comes back never lowers what its level's healthy ones take, ${which}`, () => {
      fc.assert(
        fc.property(comebacks(from, threshold), ({ before, after, at }) => {
          fc.pre(!isTotalPanic(before));
          assert.ok(after[at]!.healthy >= before[at]!.healthy);
        }),
        { numRuns: 1_000 },
      );
    });

    // Floored apart, healthy and degraded parts can lose 1 % together; without degraded ones, none.
    Deno.test(`priority loads: who comes back lowers what its level takes by 1 % at the most, ${which}`, () => {
      fc.assert(
        fc.property(comebacks(from, threshold), ({ before, after, at, level }) => {
          fc.pre(!isTotalPanic(before));
          const [was, is] = [before, after].map((loads) =>
            loads[at]!.healthy + loads[at]!.degraded
          );
          assert.ok(is! >= was! - (level.degraded > 0 ? 1 : 0), `${was} fell to ${is}`);
        }),
        { numRuns: 1_000 },
      );
    });
  }
}

// Where the theorem ends: Envoy's arithmetic, worked by hand. `loads`: of level 1, before and after.
const lossRows = [
  {
    // 10, 35+47, T 92: 10 38 51, and 1 left over. Then 10, 41+47, T 98: 10 41 47, and 2 left over.
    name: "healthy and degraded ones are floored apart",
    before: ["1/10 @100", "6+8/17 @100"],
    after: ["1/10 @100", "7+8/17 @100"],
    panic: 0,
    loads: [89, 88],
  },
  {
    // 1, 0+1, T 2. Then 1, 0+0, T 1.
    name: "a degraded one that becomes healthy, of so many that each alone is floored to 0",
    before: ["1/100", "0+10/1000 @100"],
    after: ["1/100", "1+9/1000 @100"],
    panic: 0,
    loads: [50, 0],
  },
  {
    // 28 69, T 97, 49.9 % is panic: by hosts, 1,000 of 1,010. Then 28 70, T 98, 50 % is none.
    name: "the end of total panic: by health in place of size",
    before: ["2/10", "499/1000"],
    after: ["2/10", "500/1000"],
    panic: 50,
    loads: [99, 71],
  },
];
for (const { name, before, after, panic, loads } of lossRows) {
  Deno.test(`priority loads: what can cost a level that gets better: ${name}`, () => {
    const seen = [before, after].map((levels) => {
      const { healthy, degraded } = priorityLoads(levels.map(level), panic)[1]!;
      return healthy + degraded;
    });
    assert.deepEqual(seen, loads);
  });
}
