/** Outlier detection by comparison: what the registry counts, and when it sweeps. */
import assert from "node:assert/strict";
import type { Outcome } from "../../src/health/outlier.ts";
import { isEjected } from "../../src/health/records.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { ClusterPlan, OutlierPlan } from "../../src/plan/plan.ts";
import { clusterPlan, defaultOutlier } from "../support/plans.ts";

/** Intervals of 10 s, nobody is ejected for failures in a row. */
const quiet: OutlierPlan = { ...defaultOutlier, consecutive5xx: 0 };
const failurePercentage = { threshold: 50, minimumHosts: 3, requestVolume: 4 };
const successRate = { minimumHosts: 3, requestVolume: 4, stdevFactor: 1 };

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  ".": "success",
  "5": "server-error",
  "g": "gateway-error",
  "x": "no-answer",
};

interface Setup {
  readonly registry: HealthRegistry;
  readonly cluster: ClusterPlan;
  /** Reports tries at `nowMs`, for each endpoint in order: `.` success, `5` `g` `x` failures. */
  report(nowMs: number, ...tries: readonly string[]): void;
  /** One letter each: `x` ejected, `.` in service. */
  state(): string;
}

function setUp(endpoints: number, outlier: Partial<OutlierPlan>): Setup {
  const registry = new HealthRegistry();
  const cluster = clusterPlan("dc", { endpoints, outlier: { ...quiet, ...outlier } });
  const records = [...registry.adopt(cluster, 0).endpoints.values()];
  return {
    registry,
    cluster,
    report: (nowMs, ...tries) =>
      tries.forEach((letters, at) => {
        for (const letter of letters) {
          registry.report(cluster, records[at]!, OUTCOMES[letter]!, nowMs);
        }
      }),
    state: () => records.map((record) => isEjected(record) ? "x" : ".").join(""),
  };
}

/** The report that is the first one of a new interval: it is endpoint 0's, and well. */
const NEXT = ".";

interface Row {
  readonly name: string;
  readonly outlier: Partial<OutlierPlan>;
  /** During one interval. */
  readonly tries: readonly string[];
  readonly want: string;
}

const rows: readonly Row[] = [
  {
    name: "half of the tries failed",
    outlier: { failurePercentage },
    tries: ["....", "....", "..5g"],
    want: "..x",
  },
  {
    name: "less than half",
    outlier: { failurePercentage },
    tries: ["....", "....", "...5g.."],
    want: "...",
  },
  {
    name: "too few tries to judge this one",
    outlier: { failurePercentage },
    tries: ["....", "....", "....", "555"],
    want: "....",
  },
  {
    name: "too few endpoints with enough tries",
    outlier: { failurePercentage },
    tries: ["....", "...", "5555"],
    want: "...",
  },
  // 0 % of four against 100: mean 75, deviation 43.3, threshold 31.7.
  {
    name: "far worse than the others",
    outlier: { successRate },
    tries: ["....", "....", "....", "5555"],
    want: "...x",
  },
  {
    name: "all alike, however bad",
    outlier: { successRate },
    tries: ["5555", "5555", "5555"],
    want: "...",
  },
  // 100 100 75 75: mean 87.5, deviation 12.5, threshold 75: not below it.
  {
    name: "exactly at the threshold",
    outlier: { successRate },
    tries: ["....", "....", "...5", "...5"],
    want: "....",
  },
  { name: "both are off", outlier: {}, tries: ["....", "....", "....", "5555"], want: "...." },
  {
    name: "nobody in service is beyond the cap",
    outlier: { failurePercentage, maxEjectionPercent: 25 },
    tries: ["..55", "....", "5555", "...."],
    want: "..x.",
  },
  {
    name: "within the cap, the worst go first",
    outlier: { failurePercentage, maxEjectionPercent: 50 },
    tries: [".555", "..55", "5555", "...."],
    want: "x.x.",
  },
  {
    name: "success rate goes before failure percentage",
    // Rates 50 50 50 0 100: mean 50, deviation 31.6; only the fourth is below 18.4.
    outlier: { failurePercentage, successRate, maxEjectionPercent: 20 },
    tries: ["..55", "..55", "..55", "5555", "...."],
    want: "...x.",
  },

  // No answer is a failure like others, unless it is told apart.
  {
    name: "not split: no answer counts among the failures",
    outlier: { failurePercentage },
    tries: ["....", "....", ".5xx"],
    want: "..x",
  },
  {
    name: "split: failures of two kinds, neither enough alone",
    outlier: { failurePercentage, consecutiveLocalOriginErrors: 0 },
    // Of 7 answers 3 failed, of 10 tries 3 had no answer; together it would be 6 of 10.
    tries: ["....", "....", "....555xxx"],
    want: "...",
  },
  {
    name: "split: of the answers too many failed",
    outlier: { failurePercentage, consecutiveLocalOriginErrors: 0 },
    tries: ["....", "....", "..55xxx"],
    want: "..x",
  },
  {
    name: "split: too many had no answer, though every answer was well",
    outlier: { failurePercentage, consecutiveLocalOriginErrors: 0 },
    tries: ["....", "....", "...xxx"],
    want: "..x",
  },
  {
    name: "split: a 500 shows that an endpoint can be reached",
    outlier: {
      failurePercentage: { ...failurePercentage, requestVolume: 6 },
      consecutiveLocalOriginErrors: 0,
    },
    tries: ["......", "......", "555xx5"],
    // Of six tries two had no answer; of four answers all failed, but four are too few.
    want: "...",
  },
];
for (const { name, outlier, tries, want } of rows) {
  Deno.test(`sweep of an interval: ${name}`, () => {
    const { report, state } = setUp(tries.length, outlier);
    // Opens the first interval, and counts in it.
    report(1_000, tries[0]![0]!);
    report(5_000, tries[0]!.slice(1), ...tries.slice(1));
    report(10_999, "");
    assert.equal(state(), want.replaceAll("x", "."), "not before the interval is over");
    report(11_000, NEXT);
    assert.equal(state(), want);
  });
}

const BAD = ["....", "....", "5555"];

const timeRows = [
  { name: "still open", atMs: 10_999, want: "..." },
  { name: "just over", atMs: 11_000, want: "..x" },
  { name: "not yet over twice", atMs: 20_999, want: "..x" },
  { name: "over long ago: what was counted says nothing of now", atMs: 21_000, want: "..." },
  { name: "the clock was set back", atMs: 500, want: "..." },
];
for (const { name, atMs, want } of timeRows) {
  Deno.test(`sweep of an interval: ${name}`, () => {
    const { report, state } = setUp(3, { failurePercentage });
    report(1_000, ...BAD);
    report(atMs, NEXT);
    assert.equal(state(), want);
  });
}

Deno.test("sweep: each interval counts anew", () => {
  const { report, state } = setUp(3, { failurePercentage });
  report(0, "....", "....", "...5");
  report(10_000, ".", "....", "555");
  assert.equal(state(), "...");
  // 3 of 3 failed: too few to judge, whatever the interval before brought.
  report(20_000, NEXT);
  assert.equal(state(), "...");
  // And what an old interval had is not judged with the next one.
  report(50_000, "....", "....", "55");
  report(59_999, "", "", "..");
  report(60_000, NEXT);
  assert.equal(state(), "..x");
});

Deno.test("sweep: the try that ends an interval belongs to the next one", () => {
  const { report, state } = setUp(3, { failurePercentage });
  report(0, "....", "....", "....5");
  // Were these counted before the sweep, 4 of 8 would have failed.
  report(10_000, "", "", "555");
  assert.equal(state(), "...");
  report(15_000, "....", "....", "5");
  report(20_000, NEXT);
  assert.equal(state(), "..x");
});

Deno.test("sweep: who is ejected already is not compared, and its counts go too", () => {
  const { registry, cluster, report, state } = setUp(4, { failurePercentage });
  report(0, "....", "....", "....", "5555");
  registry.ejectShared(cluster, cluster.endpoints[3]!.origin, 12_000, 0);
  report(10_000, "....", "....", "....");
  assert.equal(state(), "...x");
  registry.settle(12_000);
  assert.equal(state(), "....");
  report(20_000, NEXT);
  assert.equal(state(), "....");
});

Deno.test("sweep: who is ejected already does not help to have enough to compare", () => {
  for (const detector of [{ failurePercentage }, { successRate }]) {
    const { registry, cluster, report, state } = setUp(3, detector);
    report(0, "....", "....", "5555");
    registry.ejectShared(cluster, cluster.endpoints[0]!.origin, 12_000, 0);
    report(10_000, NEXT);
    assert.equal(state(), "x..");
  }
});

Deno.test("sweep: an ejection by it is told to the fleet and grows like any other", () => {
  const { registry, report, state } = setUp(3, { failurePercentage });
  report(0, ...BAD);
  report(10_000, NEXT);
  registry.settle(40_000);
  assert.equal(state(), "...");
  report(40_000, ...BAD);
  report(49_999, NEXT);
  report(50_000, NEXT);
  const ends = registry.takeEjections().map(({ untilMs }) => untilMs);
  // Back at 40,000 and out again 10 s, one interval, later: the second counts as a first.
  assert.deepEqual(ends, [40_000, 80_000]);
});

Deno.test("sweep: failures in a row of local origin eject by themselves where they are split", () => {
  const { report, state } = setUp(2, { consecutiveLocalOriginErrors: 3 });
  report(0, "xx.xx", "xx5xx");
  assert.equal(state(), "..");
  report(0, "x");
  assert.equal(state(), "x.");
  // Not split, the same limit is unknown: the consecutive ones are off here.
  const other = setUp(1, {});
  other.report(0, "xxxxxxxx");
  assert.equal(other.state(), ".");
});

Deno.test("sweep: a late report of a cluster that went and came back ends no interval of the new one", () => {
  const { registry, cluster } = setUp(3, { failurePercentage });
  const [old] = [...registry.cluster("dc")!.endpoints.values()];
  registry.report(cluster, old!, "success", 0);
  registry.retain(new Set());
  const records = [...registry.adopt(cluster, 0).endpoints.values()];
  BAD.forEach((letters, at) => {
    for (const letter of letters) {
      registry.report(cluster, records[at]!, OUTCOMES[letter]!, 5_000);
    }
  });
  registry.report(cluster, old!, "success", 10_000);
  assert.ok(records.every((record) => !isEjected(record)), "not at 10,000");
  registry.report(cluster, records[0]!, "success", 15_000);
  assert.deepEqual(records.map(isEjected), [false, false, true]);
});

Deno.test("sweep: turned on by a push, it judges nothing from before", () => {
  const { registry, cluster, report, state } = setUp(3, {});
  report(0, ...BAD);
  report(4_000, ...BAD);
  const records = [...registry.cluster("dc")!.endpoints.values()];
  const on = { ...cluster, outlier: { ...quiet, failurePercentage } };
  registry.adopt(on, 5_000);
  for (const atMs of [5_000, 15_000]) registry.report(on, records[0]!, "success", atMs);
  assert.equal(state(), "...");
});
