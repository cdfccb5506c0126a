/** Clusters and endpoints for people: how each is, and what it has to do. */
import type { DescribedCluster, DescribedEndpoint } from "../health/describe.ts";
import { duration } from "./ages.ts";
import type { Colors } from "./output.ts";
import { type Cell, table } from "./table.ts";
import type { Style } from "./view.ts";

/** In place of clusters, where no policy names any. */
export const NO_POLICY_IN_FORCE = "No policy is in force.";

/** Of a cluster with more endpoints, those that are well are only counted. */
const MOST_LINES = 16;

/** Columns: who, state, why, active, p50, p99. */
const WHO = 0;
const NUMBERS = [3, 4, 5];

type Row = readonly (Cell | null)[];

/** @param all every endpoint, however many there are */
export function clusterLines(
  clusters: readonly DescribedCluster[],
  { colors, width, nowMs }: Style,
  all = false,
): string[] {
  if (clusters.length === 0) return ["The policy in force names no clusters."];
  const heads = ["cluster", "state", "why", "active", "p50", "p99"];
  const rows = clusters.flatMap((cluster): Row[] => {
    const shown = all ? cluster.endpoints : worthALine(cluster.endpoints);
    const more = cluster.endpoints.length - shown.length;
    return [
      clusterRow(cluster, colors),
      ...shown.map((endpoint) => endpointRow(endpoint, nowMs, colors)),
      ...(more === 0 ? [] : [[{ text: `  and ${more} that are healthy`, paint: colors.dim }]]),
    ];
  });
  const header = heads.map((text) => ({ text, paint: colors.dim }));
  return table([header, ...rows], { right: NUMBERS, shrink: WHO, width });
}

function worthALine(endpoints: readonly DescribedEndpoint[]): readonly DescribedEndpoint[] {
  if (endpoints.length <= MOST_LINES) return endpoints;
  return endpoints.filter(({ state }) => state !== "healthy");
}

function clusterRow(cluster: DescribedCluster, colors: Colors): Row {
  const { name, location, region, endpoints } = cluster;
  const where = region === null ? location : `${location}, ${region}`;
  const active = endpoints.reduce((sum, endpoint) => sum + endpoint.active, 0);
  return [
    { text: `${name} (${where})`, paint: colors.bold },
    stateOf(cluster, colors),
    null,
    { text: endpoints.length > 1 ? String(active) : "" },
  ];
}

/** `draining`, or how many of its endpoints are healthy. */
function stateOf({ draining, endpoints }: DescribedCluster, colors: Colors): Cell {
  if (draining) return { text: "draining", paint: colors.yellow };
  const healthy = endpoints.filter(({ state }) => state === "healthy").length;
  const paint = healthy === endpoints.length
    ? colors.green
    : healthy > 0
    ? colors.yellow
    : colors.red;
  return { text: `${healthy} of ${endpoints.length} healthy`, paint };
}

function endpointRow(endpoint: DescribedEndpoint, nowMs: number, colors: Colors): Row {
  const { index, url, state, active, latencyMs } = endpoint;
  return [
    { text: `  ${index} ${url}` },
    { text: state, paint: paintOf(state, colors) },
    { text: whyOf(endpoint, nowMs) },
    { text: String(active) },
    { text: milliseconds(latencyMs.p50) },
    { text: milliseconds(latencyMs.p99) },
  ];
}

const REASONS = { check: "failed check", excluded: "its own word" } as const;

/** `ejected, 25 s more`; an ejection goes on while there is another reason, or a drain. */
function whyOf({ reason, ejectedUntil }: DescribedEndpoint, nowMs: number): string {
  const left = ejectedUntil === null
    ? []
    : [`ejected, ${duration(Date.parse(ejectedUntil) - nowMs)} more`];
  // A gateway of an older version tells no reason.
  return [...(reason && reason !== "ejected" ? [REASONS[reason]] : []), ...left].join("; ");
}

function paintOf(state: DescribedEndpoint["state"], colors: Colors): (text: string) => string {
  if (state === "healthy") return colors.green;
  return state === "unhealthy" ? colors.red : colors.yellow;
}

/** Nothing before there was an answer. */
const milliseconds = (ms: number | null): string =>
  ms === null ? "" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
