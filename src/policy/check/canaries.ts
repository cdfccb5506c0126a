/** Canaries: a split with one large and one small member, between which a caller moves to and fro. */
import type { Report } from "../finding.ts";
import { isWhole, type View } from "../view.ts";
import { membersOf } from "./members.ts";

export function checkCanaries(view: View, report: Report): void {
  for (const route of view.routes) {
    if (Object.hasOwn(route.written, "sticky") || !isWhole(route, ["split"])) continue;
    const members = membersOf(route);
    if (members?.action !== "split") continue;
    const weights = members.clusters.map(({ weight }) => weight);
    const total = weights.reduce((a, b) => a + b, 0);
    // Four fifths and less than one: a split by size or place is seldom so uneven, a trial mostly.
    if (!weights.some((weight) => 5 * weight >= 4 * total)) continue;
    const small = members.clusters.find(({ weight }) => weight > 0 && 5 * weight < total);
    if (small === undefined) continue;
    const percent = Number((100 * small.weight / total).toPrecision(2));
    const message =
      `each request is drawn anew, so callers get "${small.name}" (${percent} %) now and then: "sticky" keeps each caller in one place`;
    report("canaryWithoutSticky", [...route.path, "split"], message, "key");
  }
}
