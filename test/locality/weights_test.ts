import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type LocalityHealth, localitySchedules } from "../../src/locality/weights.ts";

/** `weight: healthy/hosts`, `weight: healthy+degraded/hosts` or `weight: healthy/hosts-excluded`. */
function health(text: string): LocalityHealth {
  const [, weight, healthy, degraded = 0, hosts, excluded = 0] =
    /^(\d+): (\d+)(?:\+(\d+))?\/(\d+)(?:-(\d+))?$/.exec(text)!;
  return {
    weight: Number(weight),
    hosts: Number(hosts),
    excluded: Number(excluded),
    healthy: Number(healthy),
    degraded: Number(degraded),
  };
}

interface Row {
  readonly name: string;
  readonly localities: readonly string[];
  readonly overprovisioning?: number;
  /** Effective weights, of which the shares are made; `null`: no schedule. */
  readonly healthy: readonly number[] | null;
  readonly degraded?: readonly number[] | null;
}

const rows: readonly Row[] = [
  { name: "all up: the weights", localities: ["80: 3/3", "20: 9/9"], healthy: [80, 20] },
  // 140 × 5/7 = 100
  { name: "as few as are enough", localities: ["1: 5/7", "2: 1/1"], healthy: [1, 2] },
  // 140 × 1/2 = 70
  { name: "half of one", localities: ["1: 1/2", "2: 2/2"], healthy: [1 * 70, 2 * 100] },
  // 140 × 1/3 is not floored.
  { name: "a third of one", localities: ["1: 1/3", "1: 3/3"], healthy: [140 / 3, 100] },
  { name: "one down", localities: ["1: 0/2", "2: 2/2"], healthy: [0, 1] },
  { name: "half of both", localities: ["1: 1/2", "3: 2/4"], healthy: [1, 3] },
  {
    name: "another factor",
    localities: ["1: 1/2", "1: 2/2"],
    overprovisioning: 100,
    healthy: [50, 100],
  },
  // 140 × 2/(4 - 2) = 140, capped.
  { name: "excluded ones are not missing", localities: ["1: 2/4-2", "1: 2/2"], healthy: [1, 1] },
  { name: "all of one excluded", localities: ["1: 0/2-2", "1: 1/1"], healthy: [0, 1] },
  { name: "weight 0", localities: ["0: 2/2", "1: 1/2"], healthy: [0, 1] },
  { name: "nobody there", localities: ["1: 0/0", "1: 1/1"], healthy: [0, 1] },
  { name: "nobody up", localities: ["1: 0/2", "1: 0/2"], healthy: null },
  { name: "up only where the weight is 0", localities: ["0: 2/2", "1: 0/2"], healthy: null },
  { name: "no localities", localities: [], healthy: null },
  // Healthy 140 × 1/4 = 35 and 100; degraded 140 × 2/4 = 70 and 140 × 1/2 = 70.
  {
    name: "degraded ones on a schedule of their own",
    localities: ["3: 1+2/4", "1: 1+1/2"],
    healthy: [3 * 35, 1 * 70],
    degraded: [3 * 70, 1 * 70],
  },
  {
    name: "degraded only",
    localities: ["1: 0+1/2", "1: 0/2"],
    healthy: null,
    degraded: [1, 0],
  },
];
for (const { name, localities, overprovisioning = 140, healthy, degraded = null } of rows) {
  Deno.test(`locality weights: ${name}`, () => {
    const got = localitySchedules(localities.map(health), overprovisioning);
    same(got.healthy, healthy);
    same(got.degraded, degraded);
  });
}

/** Equal up to rounding, after `want` is brought to a sum of 1. */
function same(got: readonly number[] | null, want: readonly number[] | null): void {
  if (got === null || want === null) return assert.equal(got, want);
  const total = want.reduce((a, b) => a + b, 0);
  assert.equal(got.length, want.length);
  got.forEach((share, i) => assert.ok(Math.abs(share - want[i]! / total) < 1e-12, `${got}`));
}

const anyLocalities: fc.Arbitrary<LocalityHealth[]> = fc.array(
  fc.record({ weight: fc.nat(100), parts: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)) })
    .map(({ weight, parts: [healthy, degraded, excluded, down] }) => ({
      weight,
      hosts: healthy + degraded + excluded + down,
      excluded,
      healthy,
      degraded,
    })),
  { maxLength: 6 },
);
const anyFactor = fc.integer({ min: 100, max: 300 });

Deno.test("locality weights: shares add up to 1, and only where someone is and a weight", () => {
  fc.assert(fc.property(anyLocalities, anyFactor, (localities, factor) => {
    const schedules = localitySchedules(localities, factor);
    for (const kind of ["healthy", "degraded"] as const) {
      const able = localities.map((locality) => locality.weight > 0 && locality[kind] > 0);
      const schedule = schedules[kind];
      assert.equal(schedule !== null, able.includes(true));
      if (schedule === null) continue;
      assert.ok(Math.abs(schedule.reduce((a, b) => a + b, 0) - 1) < 1e-12);
      schedule.forEach((share, i) => assert.equal(share > 0, able[i]));
    }
  }));
});

Deno.test("locality weights: who comes back never lowers its own locality's share", () => {
  fc.assert(fc.property(anyLocalities, anyFactor, fc.nat(), (localities, factor, pick) => {
    fc.pre(localities.length > 0);
    const at = pick % localities.length;
    const { hosts, excluded, healthy, degraded } = localities[at]!;
    fc.pre(healthy + degraded + excluded < hosts);
    const after = localities.with(at, { ...localities[at]!, healthy: healthy + 1 });
    const was = localitySchedules(localities, factor).healthy?.[at] ?? 0;
    const is = localitySchedules(after, factor).healthy?.[at] ?? 0;
    assert.ok(is >= was - 1e-12, `${was} fell to ${is}`);
  }));
});
