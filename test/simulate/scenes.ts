/** Situations worth looking at closely. */
import type { EndpointState } from "../../src/health/records.ts";
import type { ClusterSpec, ForwardSpec } from "../support/plans.ts";
import { clusterPlans, forwardPlan, planOf } from "../support/plans.ts";
import type { Locality } from "../../src/plan/locality.ts";
import type { WhatIf } from "./arbitrary.ts";

export type Scene = Pick<WhatIf, "plan" | "action" | "stateOf" | "from"> & {
  readonly name: string;
};

export interface Sketch {
  readonly clusters: Readonly<Record<string, number | ClusterSpec>>;
  readonly split: Readonly<Record<string, number>>;
  readonly route?: ForwardSpec;
  /** By `CLUSTER/N`, or by `CLUSTER` for all of it. */
  readonly states?: Readonly<Record<string, EndpointState>>;
  readonly at?: Partial<Locality>;
  readonly coordinates?: readonly [latitude: number, longitude: number];
}

export function sceneOf(name: string, sketch: Sketch): Scene {
  const clusters = clusterPlans(sketch.clusters);
  const action = forwardPlan(clusters, sketch.split, sketch.route);
  const [latitude, longitude] = sketch.coordinates ?? [];
  return {
    name,
    action,
    plan: planOf(clusters, [{ index: 0, name: "r", action, responseHeaders: null }]),
    stateOf: (cluster, { index }) =>
      sketch.states?.[`${cluster.name}/${index}`] ?? sketch.states?.[cluster.name] ?? "healthy",
    from: {
      caller: { locality: { region: "", zone: "", subzone: "", ...sketch.at }, labels: {} },
      place: { country: null, latitude: null, longitude: null },
      coordinates: latitude === undefined ? null : { latitude, longitude: longitude! },
      ip: null,
    },
  };
}

/** An endpoint in a region and, behind a slash, a zone. */
export const at = (place: string, weight = 1): { locality: Locality; weight: number } => {
  const [region = "", zone = ""] = place.split("/");
  return { locality: { region, zone, subzone: "" }, weight };
};

export const scenes: readonly Scene[] = [
  sceneOf("a split by weight", {
    clusters: { a: { endpoints: [{ weight: 1 }, { weight: 2 }, { weight: 5 }] }, b: 3, c: 1 },
    split: { a: 70, b: 25, c: 5 },
  }),
  sceneOf("a failover chain over degraded endpoints", {
    clusters: { a: 5, b: { endpoints: 4, algorithm: "random" }, c: 2 },
    split: { a: 80, b: 20 },
    route: { failover: ["b", "c"] },
    states: { "a/0": "unhealthy", "a/1": "unhealthy", "a/2": "degraded", "b/3": "unhealthy" },
  }),
  sceneOf("panic in one level of two", {
    clusters: { a: 4, b: 10 },
    split: { a: 1 },
    route: { failover: ["b"] },
    states: { b: "unhealthy", "b/0": "healthy", "a/0": "unhealthy", "a/1": "unhealthy" },
  }),
  sceneOf("total panic", {
    clusters: { a: 3, b: { endpoints: 7, algorithm: "least-request" } },
    split: { a: 1 },
    route: { failover: ["b"] },
    states: { a: "unhealthy", b: "unhealthy", "b/6": "excluded" },
  }),
  sceneOf("no panic and nowhere to go", {
    clusters: { a: { endpoints: 2, panicThreshold: 0 }, b: 2 },
    split: { a: 30, b: 70 },
    route: { failover: [] },
    states: { a: "unhealthy" },
  }),
  sceneOf("members that lend to each other, one draining", {
    clusters: { a: 10, b: 4, c: 2 },
    split: { a: 50, b: 30, c: 20 },
    states: {
      ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`a/${i}`, "unhealthy"] as const)),
      c: "draining",
    },
  }),
  sceneOf("localities by failover", {
    clusters: {
      a: {
        endpoints: [at("eu/a"), at("eu/a"), at("eu/a"), at("eu/b"), at("us/a", 3), at("ap/a")],
        locality: { kind: "failover", failover: [{ from: "eu", to: "us" }] },
      },
    },
    split: { a: 1 },
    at: { region: "eu", zone: "a" },
    states: { "a/0": "unhealthy", "a/1": "unhealthy", "a/3": "degraded" },
  }),
  sceneOf("localities by weight", {
    clusters: {
      a: {
        algorithm: "ring-hash",
        endpoints: [at("eu/a", 2), at("eu/b"), at("us/a"), at("us/a"), at("us/b", 4), at("ap/a")],
        locality: {
          kind: "distribute",
          distribute: [{ from: "eu/*", to: [["eu/*", 80], ["us/*", 20]] }],
        },
      },
    },
    split: { a: 1 },
    at: { region: "eu" },
    states: { "a/0": "unhealthy" },
  }),
  sceneOf("the nearest, half of it down", {
    clusters: {
      paris: { endpoints: 5, coordinates: { latitude: 48.9, longitude: 2.4 } },
      tokyo: { endpoints: 2, coordinates: { latitude: 35.7, longitude: 139.7 } },
      nowhere: 1,
    },
    split: { nowhere: 1, tokyo: 1, paris: 1 },
    route: { select: "nearest" },
    coordinates: [52.5, 13.4],
    states: { "paris/0": "unhealthy", "paris/1": "unhealthy", "paris/2": "unhealthy" },
  }),
  sceneOf("the fastest, with a look at the others", {
    clusters: { a: 1, b: { endpoints: 3, algorithm: "maglev" }, c: 2 },
    split: { a: 1, b: 1, c: 1 },
    route: { select: "fastest" },
  }),
];
