import assert from "node:assert/strict";
import * as fc from "fast-check";
import { distanceKm } from "../../src/place/distance.ts";
import { nearestOrder } from "../../src/place/nearest.ts";
import type { Coordinates } from "../../src/plan/locality.ts";
import { globe } from "./support.ts";

const at = (latitude: number, longitude: number): Coordinates => ({ latitude, longitude });

const VIRGINIA = at(38.9, -77.4);
const FRANKFURT = at(50.1, 8.7);
const TOKYO = at(35.7, 139.7);
const BERLIN = at(52.5, 13.4);
const HONOLULU = at(21.3, -157.9);

interface Row {
  readonly name: string;
  readonly clusters: readonly (Coordinates | null)[];
  readonly from: Coordinates | null;
  readonly want: readonly number[];
}
const rows: readonly Row[] = [
  { name: "no clusters", clusters: [], from: BERLIN, want: [] },
  {
    name: "from Berlin",
    clusters: [VIRGINIA, TOKYO, FRANKFURT],
    from: BERLIN,
    // 6,730 km, 8,920 km, 420 km.
    want: [2, 0, 1],
  },
  {
    name: "from Honolulu, Tokyo across the date line",
    clusters: [VIRGINIA, FRANKFURT, TOKYO],
    from: HONOLULU,
    // 7,750 km, 11,970 km, 6,200 km.
    want: [2, 0, 1],
  },
  {
    name: "who asks from nowhere is given the policy's order",
    clusters: [VIRGINIA, null, FRANKFURT],
    from: null,
    want: [0, 1, 2],
  },
  {
    name: "clusters without a place come last, in their order",
    clusters: [null, VIRGINIA, null, FRANKFURT],
    from: BERLIN,
    want: [3, 1, 0, 2],
  },
  { name: "no cluster has a place", clusters: [null, null], from: BERLIN, want: [0, 1] },
  {
    name: "clusters at one place keep their order",
    clusters: [TOKYO, FRANKFURT, VIRGINIA, FRANKFURT],
    from: BERLIN,
    want: [1, 3, 2, 0],
  },
  {
    name: "so do those on either side of the date line",
    clusters: [at(0, -170), at(0, 170)],
    from: at(0, 180),
    want: [0, 1],
  },
];
for (const { name, clusters, from, want } of rows) {
  Deno.test(`nearest: ${name}`, () => {
    assert.deepEqual(nearestOrder(clusters, from), want);
  });
}

const clustersAnywhere = fc.array(fc.option(globe), { maxLength: 12 });

Deno.test("nearest: every cluster once, none before a nearer one", () => {
  fc.assert(fc.property(clustersAnywhere, globe, (clusters, from) => {
    const order = nearestOrder(clusters, from);
    assert.deepEqual(order.toSorted((a, b) => a - b), [...clusters.keys()]);
    const far = (index: number): number => {
      const place = clusters[index];
      return place ? distanceKm(from, place) : Infinity;
    };
    for (let i = 1; i < order.length; i++) {
      const [before, after] = [order[i - 1]!, order[i]!];
      assert.ok(far(before) < far(after) || (far(before) === far(after) && before < after));
    }
  }));
});

Deno.test("nearest: who comes before whom does not depend on the others", () => {
  fc.assert(fc.property(clustersAnywhere, globe, fc.nat(), (clusters, from, any) => {
    if (clusters.length === 0) return;
    const gone = any % clusters.length;
    const rest = nearestOrder(clusters.filter((_, i) => i !== gone), from);
    const kept = nearestOrder(clusters, from).filter((i) => i !== gone);
    assert.deepEqual(rest.map((i) => i < gone ? i : i + 1), kept);
  }));
});

Deno.test("nearest: what was given is not changed", () => {
  const clusters = Object.freeze([TOKYO, FRANKFURT]);
  assert.deepEqual(nearestOrder(clusters, BERLIN), [1, 0]);
  assert.deepEqual(clusters, [TOKYO, FRANKFURT]);
});
