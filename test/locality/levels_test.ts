import assert from "node:assert/strict";
import * as fc from "fast-check";
import { drawByWeight } from "../../src/balance/weighted_random.ts";
import { effectiveLevels, type PlacedEndpoint } from "../../src/locality/levels.ts";
import type { Caller, LocalitySetting } from "../../src/plan/locality.ts";
import { localitySchedules } from "../../src/locality/weights.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";
import { anyCaller, anyEndpoints, anySetting, caller, endpoint } from "./support.ts";

const failover = (...failover: readonly { from: string; to: string }[]): LocalitySetting => ({
  kind: "failover",
  failover,
});
const byLabels = (
  failoverPriority: readonly string[],
  ...failover: readonly { from: string; to: string }[]
): LocalitySetting => ({ kind: "failoverPriority", failoverPriority, failover });
const distribute = (
  from: string,
  to: Readonly<Record<string, number>>,
): LocalitySetting => ({ kind: "distribute", distribute: [{ from, to: Object.entries(to) }] });

interface Row {
  readonly name: string;
  readonly endpoints: readonly PlacedEndpoint[];
  readonly setting: LocalitySetting | null;
  readonly caller: Caller;
  /** The level of each endpoint. */
  readonly want: readonly (number | null)[];
  /** By level, `weight: endpoints` of each group; absent: no groups in any. */
  readonly groups?: readonly (readonly string[])[];
}

const IN_EAST = caller("east/1/x");
const NET = "topology.istio.io/network";

const rows: readonly Row[] = [
  {
    name: "no setting: configured priorities without gaps",
    endpoints: [
      endpoint("east", { priority: 7 }),
      endpoint("west", { priority: 2 }),
      endpoint("east", { priority: 7 }),
    ],
    setting: null,
    caller: IN_EAST,
    want: [1, 0, 1],
  },
  { name: "no endpoints", endpoints: [], setting: failover(), caller: IN_EAST, want: [] },
  {
    name: "weight 0 takes nothing and makes no level",
    endpoints: [endpoint("east/1/x", { weight: 0 }), endpoint("west"), endpoint("east/2")],
    setting: failover(),
    caller: IN_EAST,
    want: [null, 1, 0],
  },
  {
    name: "failover: every rank",
    endpoints: [
      endpoint("north"),
      endpoint("west"),
      endpoint("east/2"),
      endpoint("east/1/y"),
      endpoint("east/1/x"),
    ],
    setting: failover({ from: "east", to: "west" }),
    caller: IN_EAST,
    want: [4, 3, 2, 1, 0],
  },
  {
    name: "failover: ranks 4, 3 and 0 become 2, 1 and 0",
    endpoints: [endpoint("north"), endpoint("west"), endpoint("east/1/x")],
    setting: failover({ from: "east", to: "west" }),
    caller: IN_EAST,
    want: [2, 1, 0],
  },
  {
    name: "failover: all foreign is one level",
    endpoints: [endpoint("north"), endpoint("west")],
    setting: failover(),
    caller: IN_EAST,
    want: [0, 0],
  },
  {
    name: "failover: a caller that is nowhere",
    endpoints: [endpoint("north"), endpoint("west/1")],
    setting: failover({ from: "east", to: "west" }),
    caller: caller(""),
    want: [0, 0],
  },
  {
    name: "failover: the configured priority comes first",
    endpoints: [
      endpoint("east/1/x", { priority: 1 }),
      endpoint("west", { priority: 0 }),
      endpoint("west", { priority: 1 }),
      endpoint("east/1/x", { priority: 0 }),
    ],
    setting: failover(),
    caller: IN_EAST,
    want: [2, 1, 3, 0],
  },
  {
    name: "failoverPriority: region, then zone",
    endpoints: [endpoint("west/1"), endpoint("east/1"), endpoint("east/2"), endpoint("")],
    setting: byLabels(["region", "zone"]),
    caller: IN_EAST,
    want: [2, 0, 1, 2], // 2 - 0, all match, 2 - 1, 2 - 0
  },
  {
    name: "failoverPriority: endpoints of one place part by label",
    endpoints: [
      endpoint("east/1", { labels: { version: "v1" } }),
      endpoint("east/1", { labels: { version: "v2" } }),
    ],
    setting: byLabels(["version=v2"]),
    caller: IN_EAST,
    want: [1, 0],
  },
  {
    name: "failoverPriority: a caller without labels or place is not compared",
    endpoints: [endpoint("east", { labels: { version: "v1" } }), endpoint("west")],
    setting: byLabels(["version=v1", "region"]),
    caller: caller(""),
    want: [0, 0],
  },
  {
    name: "failoverPriority: without labels, failover still ranks",
    endpoints: [endpoint("west"), endpoint("")],
    setting: byLabels(["version=v1"], { from: "east", to: "west" }),
    caller: caller(""),
    want: [1, 0],
  },
  {
    // By labels 1 (another version) or 0; times 5, plus 0, 2, 3 or 4.
    name: "failoverPriority refined by failover",
    endpoints: [
      endpoint("east/1/x", { labels: { version: "v1" } }), // 5 + 0
      endpoint("north", { labels: { version: "v2" } }), // 0 + 4
      endpoint("west", { labels: { version: "v2" } }), // 0 + 3
      endpoint("east/2", { labels: { version: "v2" } }), // 0 + 2
      endpoint("north", { labels: { version: "v1" } }), // 5 + 4
    ],
    setting: byLabels(["version"], { from: "east", to: "west" }),
    caller: caller("east/1/x", { version: "v2" }),
    want: [3, 2, 1, 0, 4],
  },
  {
    name: "failoverPriority: another network comes after all of the own one",
    endpoints: [
      endpoint("east/1", { labels: { [NET]: "m" } }), // 3 + 0
      endpoint("west/1", { labels: { [NET]: "n" } }), // 3 - 1
      endpoint("west/1", { labels: { [NET]: "m" } }), // 3 + 3 - 1
      endpoint("east/2", { labels: { [NET]: "n" } }), // 3 - 2
    ],
    setting: byLabels([NET, "region", "zone"]),
    caller: caller("east/1", { [NET]: "n" }),
    want: [2, 1, 3, 0],
  },
  {
    name: "failoverPriority: the configured priority comes first",
    endpoints: [endpoint("east/1", { priority: 1 }), endpoint("west/1"), endpoint("east/2")],
    setting: byLabels(["region", "zone"], { from: "east", to: "west" }),
    caller: IN_EAST,
    want: [2, 1, 0],
  },
  {
    name: "distribute: groups by place, weights by rule",
    endpoints: [
      endpoint("east/1"),
      endpoint("west/1"),
      endpoint("east/2", { weight: 3 }),
      endpoint("east/1", { weight: 4 }),
    ],
    setting: distribute("east/*", { "east/*": 80, "west/*": 20 }),
    caller: IN_EAST,
    want: [0, 0, 0, 0],
    groups: [["50: 0 3", "20: 1", "30: 2"]], // 80 × 5/8, 20, 80 × 3/8
  },
  {
    name: "distribute: what no rule matches takes nothing",
    endpoints: [endpoint("north"), endpoint("east/1"), endpoint("")],
    setting: distribute("*", { "east/*": 100 }),
    caller: IN_EAST,
    want: [null, 0, null],
    groups: [["100: 1"]],
  },
  {
    name: "distribute: a rule of weight 0 gives nothing",
    endpoints: [endpoint("east/1"), endpoint("west/1")],
    setting: distribute("*", { "east/*": 100, "west/*": 0 }),
    caller: IN_EAST,
    want: [0, null],
    groups: [["100: 0"]],
  },
  {
    name: "distribute: nothing matches",
    endpoints: [endpoint("east/1")],
    setting: distribute("*", { "west/*": 100 }),
    caller: IN_EAST,
    want: [null],
  },
  {
    name: "distribute: no rule for this caller",
    endpoints: [endpoint("east/1"), endpoint("west/1", { priority: 1 })],
    setting: distribute("west", { "west/*": 100 }),
    caller: IN_EAST,
    want: [0, 1],
  },
  {
    name: "distribute: each configured priority on its own, empty ones gone",
    endpoints: [
      endpoint("north", { priority: 0 }),
      endpoint("east/1", { priority: 1 }),
      endpoint("west/1", { priority: 1 }),
      endpoint("east/1", { priority: 2 }),
      endpoint("east/2", { priority: 2 }),
    ],
    setting: distribute("*", { "east/*": 80, "west/*": 20 }),
    caller: IN_EAST,
    want: [null, 0, 0, 1, 1],
    groups: [["80: 1", "20: 2"], ["40: 3", "40: 4"]],
  },
  {
    name: "distribute: weight 0 is no part of a group",
    endpoints: [endpoint("east/1"), endpoint("east/1", { weight: 0 }), endpoint("east/2")],
    setting: distribute("*", { "*": 100 }),
    caller: IN_EAST,
    want: [0, null, 0],
    groups: [["50: 0", "50: 2"]],
  },
];
for (const { name, endpoints, setting, caller, want, groups } of rows) {
  Deno.test(`levels: ${name}`, () => {
    const { levels, levelOf } = effectiveLevels(endpoints, setting, caller);
    assert.deepEqual(levelOf, want);
    assert.deepEqual(
      levels.map(({ endpoints }) => endpoints),
      levels.map((_, at) => [...want.keys()].filter((i) => want[i] === at)),
    );
    assert.deepEqual(
      levels.map((level) =>
        level.groups?.map(({ weight, endpoints }) => `${weight}: ${endpoints.join(" ")}`) ?? null
      ),
      groups ?? levels.map(() => null),
    );
  });
}

Deno.test("levels: each endpoint stands in its level once, and no level is empty", () => {
  fc.assert(fc.property(anyEndpoints, anySetting, anyCaller, (endpoints, setting, caller) => {
    const { levels, levelOf } = effectiveLevels(endpoints, setting, caller);
    assert.equal(levelOf.length, endpoints.length);
    levels.forEach((level, at) => {
      assert.ok(level.endpoints.length > 0);
      assert.deepEqual(level.endpoints, [...levelOf.keys()].filter((i) => levelOf[i] === at));
      if (level.groups === null) return;
      const members = level.groups.flatMap((group) => group.endpoints);
      assert.deepEqual(members.sort((a, b) => a - b), level.endpoints);
      for (const group of level.groups) {
        assert.ok(Number.isInteger(group.weight) && group.weight > 0);
        for (const i of group.endpoints) assert.deepEqual(endpoints[i]!.locality, group.locality);
      }
    });
    endpoints.forEach(({ weight }, i) => {
      if (weight === 0) assert.equal(levelOf[i], null);
      else if (setting?.kind !== "distribute") assert.notEqual(levelOf[i], null);
    });
  }));
});

Deno.test("levels: no setting puts a higher configured priority before a lower one", () => {
  fc.assert(fc.property(anyEndpoints, anySetting, anyCaller, (endpoints, setting, caller) => {
    const { levelOf } = effectiveLevels(endpoints, setting, caller);
    endpoints.forEach((a, i) =>
      endpoints.forEach((b, j) => {
        const [first, second] = [levelOf[i]!, levelOf[j]!];
        if (first === null || second === null || a.priority >= b.priority) return;
        assert.ok(first < second);
      })
    );
  }));
});

Deno.test("levels: the order of endpoints does not matter", () => {
  fc.assert(fc.property(anyEndpoints, anySetting, anyCaller, (endpoints, setting, caller) => {
    const { levelOf } = effectiveLevels(endpoints, setting, caller);
    const turned = effectiveLevels(endpoints.toReversed(), setting, caller);
    assert.deepEqual(turned.levelOf.toReversed(), levelOf);
  }));
});

Deno.test("levels: draws by locality and then by endpoint give the distributed shares", () => {
  // East is half down: 140 × 1/2 = 70. Effective weights 80 × 70 and 20 × 100: 56 to 20.
  const endpoints = [
    endpoint("east/1"),
    endpoint("east/1"),
    endpoint("west/1"),
    endpoint("west/1", { weight: 3 }),
  ];
  const up = [true, false, true, true];
  const setting = distribute("*", { "east/*": 80, "west/*": 20 });
  const groups = effectiveLevels(endpoints, setting, IN_EAST).levels[0]!.groups!;
  const schedule = localitySchedules(
    groups.map(({ weight, endpoints }) => ({
      weight,
      hosts: endpoints.length,
      excluded: 0,
      healthy: endpoints.filter((i) => up[i]).length,
      degraded: 0,
    })),
    140,
  ).healthy!;
  const random = seededRandom(7);
  const counts = tally(endpoints.length, 200_000, () => {
    const group = groups[drawByWeight(schedule, random())]!;
    const able = group.endpoints.filter((i) => up[i]);
    return able[drawByWeight(able.map((i) => endpoints[i]!.weight), random())]!;
  });
  assertShares(counts, [56, 0, 5, 15]);
});
