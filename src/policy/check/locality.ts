/** Locality settings: rules that contradict one another, or take nothing. */
import type { Path, Report } from "../finding.ts";
import type { PolicyCluster, PolicyLocality } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { covers, placesOf, ruleProblem, takes } from "./places.ts";

export function checkLocality(view: View, report: Report): void {
  for (const cluster of view.clusters.values()) {
    const setting = cluster.value.loadBalancing?.locality;
    if (setting === undefined) continue;
    const path = [...cluster.path, "loadBalancing", "locality"];
    checkTogether(setting, path, report);
    checkFailover(setting, path, report);
    checkFailoverPriority(setting, path, report);
    checkDistribute(setting, cluster, path, report);
  }
}

function checkTogether(setting: PolicyLocality, path: Path, report: Report): void {
  if (setting.distribute === undefined) return;
  for (const field of ["failover", "failoverPriority"] as const) {
    if (setting[field] === undefined) continue;
    const message =
      `"distribute" stands alone: it says where all requests go; leave out one of both`;
    report("localityConflict", [...path, field], message, "key");
  }
}

function checkFailover({ failover }: PolicyLocality, path: Path, report: Report): void {
  const seen = new Map<string, number>();
  failover?.forEach(({ from, to }, index) => {
    const at = [...path, "failover", index];
    if (from === to) {
      const message = `a region is nearest to itself anyway: name the region that comes next`;
      report("failoverToSelf", [...at, "to"], message);
    }
    const first = seen.get(from);
    if (first === undefined) seen.set(from, index);
    else {report(
        "coveredRule",
        [...at, "from"],
        `failover[${first}] is for "${from}" already: leave out one of both`,
      );}
  });
}

function checkFailoverPriority(
  { failoverPriority }: PolicyLocality,
  path: Path,
  report: Report,
): void {
  const seen = new Map<string, number>();
  failoverPriority?.forEach((rule, index) => {
    const label = rule.split("=", 1)[0]!;
    const first = seen.get(label);
    if (first === undefined) seen.set(label, index);
    else {
      const message =
        `failoverPriority[${first}] compares "${label}" already: leave out one of both`;
      report("coveredRule", [...path, "failoverPriority", index], message);
    }
  });
}

function checkDistribute(
  { distribute }: PolicyLocality,
  cluster: Part<PolicyCluster>,
  path: Path,
  report: Report,
): void {
  const callers = new Rules(
    report,
    (before) => `an entry before it takes all callers in "${before}": put this one first`,
  );
  distribute?.forEach(({ from, to }, index) => {
    const at = [...path, "distribute", index];
    callers.add(from, [...at, "from"], "value");
    const places = new Rules(
      report,
      (before) => `"${before}" stands before it and takes all its endpoints: put this one first`,
    );
    for (const rule of Object.keys(to)) places.add(rule, [...at, "to", rule], "key");
    const sum = Object.values(to).reduce((a, b) => a + b, 0);
    if (sum !== 100) {
      report("distributeSum", [...at, "to"], `the percentages add up to ${sum}, make it 100`);
    }
    checkPlaces(to, cluster, [...at, "to"], report);
  });
}

/** Rules of one list, of which the first that fits a place takes it. */
class Rules {
  private readonly before: string[] = [];

  constructor(
    private readonly report: Report,
    private readonly covered: (before: string) => string,
  ) {}

  add(rule: string, path: Path, anchor: "key" | "value"): void {
    const problem = ruleProblem(rule);
    if (problem !== null) return this.report("badPlace", path, problem, anchor);
    const before = this.before.find((other) => covers(other, rule));
    if (before === undefined) this.before.push(rule);
    else this.report("coveredRule", path, this.covered(before), anchor);
  }
}

/** A share for a place without endpoints goes to the others, or, if it is all, to nobody. */
function checkPlaces(
  to: Readonly<Record<string, number>>,
  cluster: Part<PolicyCluster>,
  path: Path,
  report: Report,
): void {
  if (!isWhole(cluster, ["endpoints", "region", "zone"])) return;
  const places = placesOf(cluster);
  for (const [rule, percent] of Object.entries(to)) {
    if (percent === 0 || ruleProblem(rule) !== null) continue;
    if (places.length === 0 || places.some((place) => takes(rule, place))) continue;
    const message =
      `no endpoint of this cluster is in "${rule}": its share goes to the others, if there are any`;
    report("emptyPlace", [...path, rule], message, "key");
  }
}
