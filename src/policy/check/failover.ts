/** Failover that leads nowhere, never begins, or ends at clusters too small for it. */
import type { Report } from "../finding.ts";
import type { PolicyCluster, PolicyRoute } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { mostUnhealthy } from "./detection.ts";
import { membersOf } from "./members.ts";

export function checkFailover(view: View, report: Report): void {
  const unwatched = new Set<string>();
  for (const [name, cluster] of view.clusters) if (!canFail(cluster)) unwatched.add(name);
  for (const route of view.routes) {
    const { failover } = route.value;
    const members = membersOf(route);
    if (failover === undefined || failover.length === 0 || members === null) continue;
    if (!isWhole(route, [members.action, "failover"])) continue;
    const taking = members.clusters.filter(({ weight }) => weight > 0).map(({ name }) => name);
    checkOthers(route, taking, failover, report);
    checkBegins(route, taking.filter((name) => unwatched.has(name)), view, report);
    checkRoom(route, taking, failover, view, report);
  }
}

/** Whether its share can ever move: nothing is known of a cluster that is not valid, or empty. */
function canFail(cluster: Part<PolicyCluster>): boolean {
  if (!isWhole(cluster, ["outlierDetection", "healthCheck", "endpoints"])) return true;
  return (cluster.value.endpoints?.length ?? 0) === 0 || mostUnhealthy(cluster) > 0;
}

function checkOthers(
  { path }: Part<PolicyRoute>,
  taking: readonly string[],
  failover: readonly string[],
  report: Report,
): void {
  const alone = taking.find((name) => failover.every((other) => other === name));
  if (alone === undefined) return;
  const message =
    `"${alone}" is all there is for the share of "${alone}": name another cluster, or leave out failover, and the route's other clusters take it`;
  report("failoverToMember", [...path, "failover"], message);
}

/** A capacity is met without anything being unhealthy. */
function checkBegins(
  { path }: Part<PolicyRoute>,
  unwatched: readonly string[],
  { clusters }: View,
  report: Report,
): void {
  const name = unwatched.find((name) => clusters.get(name)?.value.capacity === undefined);
  if (name === undefined) return;
  const message =
    `nothing finds "${name}" unhealthy, so only a drain moves its share: add a healthCheck, or outlier detection`;
  report("failoverNeverBegins", [...path, "failover"], message, "key");
}

/** Only what is known is added up: one cluster without a capacity takes all. */
function checkRoom(
  { path }: Part<PolicyRoute>,
  taking: readonly string[],
  failover: readonly string[],
  { clusters }: View,
  report: Report,
): void {
  const capacityOf = (name: string): number =>
    clusters.get(name)?.value.capacity?.requestsPerSecond ?? Infinity;
  let worst = { name: "", load: 0, room: 0 };
  for (const name of taking) {
    const others = failover.filter((other) => other !== name);
    const load = capacityOf(name);
    const room = others.map(capacityOf).reduce((a, b) => a + b, 0);
    if (load === Infinity || others.length === 0) continue;
    if (load - room > worst.load - worst.room) worst = { name, load, room };
  }
  if (worst.load === 0) return;
  const { name, load, room } = worst;
  const message =
    `"${name}" may get ${load} requests per second and the clusters it fails over to take ${room}: without it, ${
      Math.round(100 * (load - room) / load)
    } % of that load would get over_capacity`;
  report("failoverTooSmall", [...path, "failover"], message);
}
