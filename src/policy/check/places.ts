/** Places as text: `region/zone/subzone`, and rules such as `us-east/*` that match them. */
import type { Report } from "../finding.ts";
import type { PolicyCluster } from "../schema/policy.ts";
import type { Part, View } from "../view.ts";

const part = String.raw`[^\s/*](?:[^/*]*[^\s/*])?`;
const rulePattern = new RegExp(
  String.raw`^(?:\*|${part}(?:/(?:\*|${part}(?:/(?:\*|${part}))?))?)$`,
);

/** @returns what to do about it, or `null` if it is a rule for places */
export function ruleProblem(rule: string): string | null {
  return rulePattern.test(rule) && rule.length <= 400
    ? null
    : `${
      JSON.stringify(rule)
    } is no place: write region, region/*, region/zone or region/zone/subzone`;
}

/** The parts that a rule asks for: what comes after them may be anything. */
const asked = (rule: string): readonly string[] => rule.split("/").filter((name) => name !== "*");

/** Whether every place that `narrow` takes is one that `wide` takes. */
export function covers(wide: string, narrow: string): boolean {
  const inner = asked(narrow);
  return asked(wide).every((name, index) => name === inner[index]);
}

/** @param place region, zone and subzone, "" where unknown */
export const takes = (rule: string, place: readonly string[]): boolean =>
  asked(rule).every((name, index) => name === place[index]);

/** Region, zone and subzone of each endpoint, the cluster's where it has none of its own. */
export function placesOf({ value }: Part<PolicyCluster>): readonly (readonly string[])[] {
  const { region = "", zone = "", endpoints = [] } = value;
  return endpoints.flatMap((endpoint) =>
    typeof endpoint === "string"
      ? [[region, zone, ""]]
      : [[endpoint.region ?? region, endpoint.zone ?? zone, endpoint.subzone ?? ""]]
  );
}

/** Endpoints that name a region of their own, and so get a zone that is not in it. */
export function checkZones(view: View, report: Report): void {
  for (const { path, value: { region, zone, endpoints } } of view.clusters.values()) {
    if (zone === undefined) continue;
    endpoints?.forEach((endpoint, index) => {
      if (typeof endpoint === "string" || endpoint.zone !== undefined) return;
      if (endpoint.region === undefined || endpoint.region === region) return;
      const message =
        `its zone is the cluster's, "${zone}": name the one in ${endpoint.region} too`;
      report("zoneElsewhere", [...path, "endpoints", index, "region"], message, "key");
    });
  }
}
