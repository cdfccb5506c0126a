/** Which clusters a route sends requests to, and which get copies. */
import type { Path } from "../finding.ts";
import type { PolicyMirror, PolicyRoute } from "../schema/policy.ts";
import type { Part } from "../view.ts";

/** In the order in which a second one is taken to be the mistake. */
export const memberActions = ["split", "to", "nearest", "fastest"] as const;

export interface Members {
  readonly action: typeof memberActions[number];
  /** As listed; a cluster may stand twice. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
}

/** The members of a route that forwards, without those the schema refused; `null`: it does not. */
export function membersOf({ value }: Part<PolicyRoute>): Members | null {
  const evenly = (name: string): Members["clusters"][number] => ({ name, weight: 1 });
  if (value.split !== undefined) {
    return {
      action: "split",
      clusters: Array.isArray(value.split)
        ? value.split.flatMap(({ cluster, weight }) => ({ name: cluster, weight }))
        : Object.entries(value.split).map(([name, weight]) => ({ name, weight })),
    };
  }
  if (value.to !== undefined) return { action: "to", clusters: [evenly(value.to)] };
  const action = value.nearest !== undefined ? "nearest" : "fastest";
  const listed = value[action];
  return listed === undefined ? null : { action, clusters: listed.flatMap(evenly) };
}

/** A route's mirrors, each with its place. */
export function mirrorsOf(
  { path, value: { mirror } }: Part<PolicyRoute>,
): { readonly mirror: PolicyMirror; readonly path: Path }[] {
  const at = [...path, "mirror"];
  if (mirror === undefined) return [];
  if (!Array.isArray(mirror)) return [{ mirror, path: at }];
  const list: { mirror: PolicyMirror; path: Path }[] = [];
  mirror.forEach((item, index) => list.push({ mirror: item, path: [...at, index] }));
  return list;
}
