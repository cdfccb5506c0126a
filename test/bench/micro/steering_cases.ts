/** Steering beside the pick: shares after a change of health, the nearest cluster, capacity. */
import type { CapacityGrant } from "../../../src/capacity/lease.ts";
import { CapacityGates } from "../../../src/capacity/gates.ts";
import { compile } from "../../../src/compile/compile.ts";
import { nearestOrder } from "../../../src/place/nearest.ts";
import type { Coordinates } from "../../../src/plan/locality.ts";
import type { PolicyCluster, PolicyEndpoint } from "../../../src/policy/schema/policy.ts";
import { shareOut } from "../../../src/steer/shares.ts";
import { type Cases, repeat, type Work } from "./work.ts";
import { worldOf } from "./world.ts";

export const steeringCases = {
  "share-out-split": () => sharesOf(null),
  "share-out-chain": () => sharesOf(["near", "far"]),
  "nearest-3": () => nearestOf(3),
  "nearest-10": () => nearestOf(10),
  "admit": admitting,
} satisfies Cases;

/** A split of two; each cluster has two levels of 50 endpoints. */
function sharesOf(failover: readonly string[] | null): Work {
  const cluster: PolicyCluster = {
    location: "public",
    endpoints: Array.from({ length: 100 }, (_, i): PolicyEndpoint => ({
      url: `http://10.0.0.${i}:8080`,
      priority: i % 2,
    })),
  };
  const { plan, upstreams } = worldOf({
    clusters: { aws: cluster, dc: cluster, near: cluster, far: cluster },
    routes: [{
      name: "bench",
      split: { aws: 80, dc: 20 },
      ...(failover && { failover: [...failover] }),
    }],
  });
  const { action } = plan.routes[0]!;
  if (action.kind !== "forward") throw new Error("this route forwards");
  return repeat(() => shareOut(action, (index) => upstreams.cluster(index)));
}

function nearestOf(count: number): Work {
  // Along a meridian and back across the equator: no two alike, and in no order.
  const clusters = Array.from({ length: count }, (_, i): Coordinates => ({
    latitude: (i % 2 === 0 ? 1 : -1) * (i * 37 % 80),
    longitude: i * 71 % 180,
  }));
  let turn = 0;
  return repeat(() => nearestOrder(clusters, { latitude: 50, longitude: turn = (turn + 1) % 180 }));
}

/** 10,000 requests per second against a capacity of which there is always enough in hand. */
function admitting(): Work {
  const gates = new CapacityGates("bench");
  const cluster: PolicyCluster = {
    location: "public",
    endpoints: ["http://10.0.0.1:8080"],
    capacity: { requestsPerSecond: 1_000_000 },
  };
  gates.adopt(compile({ clusters: { bench: cluster }, routes: [] }, "000000000000"));
  let nowMs = 0;
  const asks = gates.asks(nowMs);
  gates.granted(asks, asks.map(plenty), nowMs);
  return repeat(() => {
    if (!gates.admit("bench", nowMs += 0.1)) throw new Error("the capacity is spent");
  });
}

const plenty = ({ cluster, sequence }: { cluster: string; sequence: number }): CapacityGrant => ({
  cluster,
  sequence,
  tokens: Number.MAX_SAFE_INTEGER,
  forMs: Infinity,
  allowance: { requests: 1, everyMs: 1000 },
  askInMs: 100,
  members: 1,
});
