/** How much a cluster may get, and how fast: breakers, capacity, slow start. */
import type { Report } from "../finding.ts";
import type { PolicyCluster, PolicyRoute } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { membersOf } from "./members.ts";
import { checkTime } from "./times.ts";

export function checkLimits(view: View, report: Report): void {
  for (const cluster of view.clusters.values()) {
    checkBreaker(cluster, report);
    checkSlowStart(cluster, report);
  }
  for (const route of view.routes) checkCapacity(route, view, report);
}

function checkBreaker({ path, value }: Part<PolicyCluster>, report: Report): void {
  const { maxRetries, retryBudget } = value.circuitBreaker ?? {};
  if (maxRetries === undefined || retryBudget === undefined) return;
  const message = '"maxRetries" has no effect beside "retryBudget": leave out one of both';
  report("twoRetryLimits", [...path, "circuitBreaker", "maxRetries"], message, "key");
}

function checkSlowStart({ path, value }: Part<PolicyCluster>, report: Report): void {
  const { slowStart, algorithm = "round-robin" } = value.loadBalancing ?? {};
  if (slowStart === undefined) return;
  const at = [...path, "loadBalancing", "slowStart"];
  if (algorithm !== "round-robin" && algorithm !== "least-request") {
    const message =
      `${algorithm} gives every endpoint its share at once: use round-robin or least-request`;
    report("slowStartAlgorithm", at, message, "key");
  }
  if (typeof slowStart === "string") checkTime(slowStart, at, report);
  else checkTime(slowStart.window, [...at, "window"], report);
}

/** What is above a member's capacity goes to the failover clusters, or to the other members. */
function checkCapacity(route: Part<PolicyRoute>, view: View, report: Report): void {
  const members = membersOf(route);
  if (members === null || !isWhole(route, [members.action, "failover"])) return;
  const taking = members.clusters.filter(({ weight }) => weight > 0).map(({ name }) => name);
  const { failover } = route.value;
  for (const name of new Set(taking)) {
    if (view.clusters.get(name)?.value.capacity === undefined) continue;
    if ((failover ?? taking).some((other) => other !== name)) continue;
    report(
      "capacityWithoutSpill",
      [...route.path, failover === undefined ? members.action : "failover"],
      `requests above the capacity of "${name}" get over_capacity: name clusters in failover that take them`,
    );
  }
}
