/** Each algorithm in a real cluster's pools: what a pick costs, and what a change of health does. */
import type { Pool, Upstreams } from "../../../src/health/upstreams.ts";
import type { Algorithm } from "../../../src/plan/plan.ts";
import type { PolicyCluster, PolicyEndpoint } from "../../../src/policy/schema/policy.ts";
import { repeat, type Work } from "./work.ts";
import { type World, worldOf } from "./world.ts";

interface Balancing {
  readonly algorithm: Algorithm;
  /** Unequal: 1 to 10 in turns. */
  readonly weights: "equal" | "unequal";
  /** In three zones, each with its part of the traffic. */
  readonly byLocality?: true;
}

export const balancings = {
  "round-robin": { algorithm: "round-robin", weights: "equal" },
  "round-robin-weighted": { algorithm: "round-robin", weights: "unequal" },
  "least-request": { algorithm: "least-request", weights: "equal" },
  "least-request-weighted": { algorithm: "least-request", weights: "unequal" },
  "random": { algorithm: "random", weights: "unequal" },
  "ring-hash": { algorithm: "ring-hash", weights: "equal" },
  "maglev": { algorithm: "maglev", weights: "equal" },
  "round-robin-by-locality": { algorithm: "round-robin", weights: "equal", byLocality: true },
} satisfies Record<string, Balancing>;

export type BalancingName = keyof typeof balancings;
export const balancingNames = Object.keys(balancings) as readonly BalancingName[];

export const SIZES = [3, 100, 1000] as const;
export type Size = typeof SIZES[number];

export type PickCase = `pick-${BalancingName}-by-${"chance" | "key"}-${Size}`;
export type BuildCase =
  | `build-${BalancingName}-${Size}`
  | `build-and-pick-${BalancingName}-${Size}`;

/** The pick itself, from the pools that stand. */
export const pickCases = byNameAndSize((name, size) => ({
  [`pick-${name}-by-chance-${size}`]: () => {
    const { upstreams } = worldWith(balancings[name], size);
    return repeat(() => healthy(upstreams).picker.next());
  },
  [`pick-${name}-by-key-${size}`]: () => {
    const { upstreams } = worldWith(balancings[name], size);
    let key = 0;
    return repeat(() => healthy(upstreams).picker.forKey(key = (key + KEY_STEP) >>> 0));
  },
})) as Readonly<Record<PickCase, () => Work>>;

/** What the next request pays after an endpoint has gone or come back. */
export const buildCases = byNameAndSize((name, size) => ({
  [`build-${name}-${size}`]: () => changes(balancings[name], size, (pool) => pool),
  // Rings, tables and schedules are made by the first pick.
  [`build-and-pick-${name}-${size}`]: () =>
    changes(balancings[name], size, ({ picker }) => picker.next()),
})) as Readonly<Record<BuildCase, () => Work>>;

/** Odd, and with bits everywhere: keys in a row are far apart (Knuth's multiplicative hashing). */
const KEY_STEP = 0x9e3779b1;

function byNameAndSize(
  casesOf: (name: BalancingName, size: Size) => Record<string, () => Work>,
): Record<string, () => Work> {
  const all = balancingNames.flatMap((name) => SIZES.map((size) => casesOf(name, size)));
  return Object.assign({}, ...all);
}

const healthy = (upstreams: Upstreams): Pool => upstreams.cluster(0).levels[0]!.healthy;

function changes(balancing: Balancing, size: Size, use: (pool: Pool) => unknown): Work {
  const { registry, upstreams } = worldWith(balancing, size);
  const { name, endpoints } = upstreams.cluster(0).plan;
  const { origin } = endpoints[0]!;
  let isOut = false;
  return repeat(() => {
    isOut = !isOut;
    registry.setVerdict(name, origin, isOut ? "unhealthy" : "healthy", 0);
    return use(healthy(upstreams));
  });
}

const ZONES = ["a", "b", "c"] as const;

function worldWith({ algorithm, weights, byLocality }: Balancing, size: Size): World {
  const endpoints = Array.from({ length: size }, (_, i): PolicyEndpoint => ({
    url: `http://10.0.${i >> 8}.${i & 255}:8080`,
    weight: weights === "equal" ? 1 : 1 + i % 10,
    zone: ZONES[i % ZONES.length]!,
  }));
  const to = { "eu/a/*": 70, "eu/b/*": 20, "eu/c/*": 10 };
  const locality = byLocality && { distribute: [{ from: "eu/*", to }] };
  const cluster: PolicyCluster = {
    location: "private",
    region: "eu",
    endpoints,
    loadBalancing: { algorithm, ...(locality && { locality }) },
    healthCheck: { path: "/healthz" },
  };
  const policy = { clusters: { bench: cluster }, routes: [] };
  return worldOf(policy, { region: "eu", zone: "a", subzone: "" });
}
