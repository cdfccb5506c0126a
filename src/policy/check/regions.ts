/** Which endpoints are in which regions, and which of these a pattern takes. */
import type { PolicyCluster } from "../schema/policy.ts";
import { isWhole, type Part } from "../view.ts";

/** The endpoints of one cluster that are in one region. */
export interface Placed {
  /** `null`: nobody says where they are. */
  readonly region: string | null;
  /** URL of the first of them. */
  readonly url: string;
  readonly count: number;
}

/** By region, in the order of the endpoints; `null` if a part of it is not valid, so nobody knows. */
export function placedIn(cluster: Part<PolicyCluster>): readonly Placed[] | null {
  if (!isWhole(cluster, ["region", "endpoints"])) return null;
  const { region: shared, endpoints = [] } = cluster.value;
  const groups = new Map<string | null, Placed>();
  for (const endpoint of endpoints) {
    const { url, region = shared ?? null } = typeof endpoint === "string"
      ? { url: endpoint }
      : endpoint;
    const before = groups.get(region);
    groups.set(region, { region, url: before?.url ?? url, count: (before?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

/** Whether `pattern` takes all of `region`: `*` stands for any characters, or none; case counts. */
export function patternTakes(pattern: string, region: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return first === region;
  const end = region.length - last.length;
  if (first.length > end || !region.startsWith(first) || !region.endsWith(last)) return false;
  let at = first.length;
  // Each part as early as it can be leaves the most room for those after it, so never go back.
  for (const part of others) {
    const found = region.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}
