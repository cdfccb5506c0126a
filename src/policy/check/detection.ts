/** What finds a cluster's endpoints unhealthy, and what stands idle because nothing does. */
import type { Report } from "../finding.ts";
import type { PolicyCluster } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";

export function checkDetection(view: View, report: Report): void {
  for (const cluster of view.clusters.values()) {
    if (!isWhole(cluster, ["outlierDetection", "endpoints"])) continue;
    const most = mostUnhealthy(cluster);
    checkLocality(cluster, most, report);
    checkCap(cluster, most, report);
    checkPanic(cluster, most, report);
  }
}

/** Endpoints that take part: the others are in no level. */
function weighed({ value: { endpoints } }: Part<PolicyCluster>): readonly number[] {
  return (endpoints ?? []).flatMap((endpoint) =>
    typeof endpoint === "string" ? [0] : (endpoint.weight ?? 1) > 0 ? [endpoint.priority ?? 0] : []
  );
}

/** Whether outlier detection has a way to find an outlier. */
function detects({ outlierDetection: outlier }: Partial<PolicyCluster>): boolean {
  if (outlier === false) return false;
  const { consecutive5xx = 5, consecutiveGatewayErrors = 0, consecutiveLocalOriginErrors = 0 } =
    outlier ?? {};
  return consecutive5xx > 0 || consecutiveGatewayErrors > 0 || consecutiveLocalOriginErrors > 0 ||
    outlier?.successRate !== undefined || outlier?.failurePercentage !== undefined;
}

/** How many endpoints can be unhealthy at once. Health checks know no cap, ejections do. */
export function mostUnhealthy(cluster: Part<PolicyCluster>): number {
  const hosts = cluster.value.endpoints?.length ?? 0;
  if (Object.hasOwn(cluster.written, "healthCheck")) return hosts;
  if (!detects(cluster.value)) return 0;
  const { maxEjectionPercent = 100 } = cluster.value.outlierDetection || {};
  // Envoy ejects one more while 100 × (ejected + 1) / hosts is at most the cap.
  return Math.floor(maxEjectionPercent * hosts / 100);
}

function checkLocality(cluster: Part<PolicyCluster>, most: number, report: Report): void {
  const setting = cluster.value.loadBalancing?.locality;
  if (setting === undefined || setting.distribute !== undefined) return;
  if (most > 0 || weighed(cluster).length === 0) return;
  const message =
    "no endpoint is ever found unhealthy, so nothing fails over: add a healthCheck, or outlier detection";
  report("localityIgnored", [...cluster.path, "loadBalancing", "locality"], message, "key");
}

function checkCap(
  { path, value, written }: Part<PolicyCluster>,
  most: number,
  report: Report,
): void {
  const percent = value.outlierDetection ? value.outlierDetection.maxEjectionPercent : undefined;
  const hosts = value.endpoints?.length ?? 0;
  if (percent === undefined || most > 0 || hosts === 0 || !detects(value)) return;
  if (Object.hasOwn(written, "healthCheck")) return;
  const message = `${percent} % of ${count(hosts)} is not one: at least ${
    Math.ceil(100 / hosts)
  } lets one be ejected`;
  report("neverEjected", [...path, "outlierDetection", "maxEjectionPercent"], message);
}

/**
 * Envoy: a level panics if all levels together are below 100 % and its own part of available
 * endpoints is below the threshold. Says nothing where it may be possible after all.
 */
function checkPanic(cluster: Part<PolicyCluster>, most: number, report: Report): void {
  const { panicThreshold = 0, overprovisioning = 140, locality } = cluster.value.loadBalancing ??
    {};
  const levels = sizes(weighed(cluster));
  if (panicThreshold === 0 || levels.length === 0) return;
  const hosts = levels.reduce((a, b) => a + b, 0);
  const possible = locality === undefined
    ? canFail(levels, most, overprovisioning) &&
      levels.some((size) => 100 * Math.max(0, size - most) / size < panicThreshold)
    : locality.distribute === undefined
    // The levels depend on the caller. However they are, one has the cluster's part left, or more.
    ? canFail([hosts], most, overprovisioning)
    : true;
  if (possible && most > 0) return;
  const message = most === 0
    ? "no endpoint is ever found unhealthy, so panic never begins: add a healthCheck, or outlier detection"
    : `at most ${most} of ${
      count(hosts)
    } are ejected at once, so panic never begins: raise outlierDetection.maxEjectionPercent, or add a healthCheck`;
  report("panicNever", [...cluster.path, "loadBalancing", "panicThreshold"], message);
}

/** Whether `most` endpoints out can leave each level with overprovisioning × available below 100 %. */
function canFail(levels: readonly number[], most: number, overprovisioning: number): boolean {
  const needed = levels.map((size) =>
    Math.floor(size * (overprovisioning - 100) / overprovisioning) + 1
  );
  return needed.reduce((a, b) => a + b, 0) <= most;
}

/** Endpoints of each level. */
function sizes(levels: readonly number[]): readonly number[] {
  return [...Map.groupBy(levels, (level) => level).values()].map((level) => level.length);
}

const count = (endpoints: number): string =>
  endpoints === 1 ? "one endpoint" : `${endpoints} endpoints`;
