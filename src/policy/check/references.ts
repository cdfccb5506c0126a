/** Names: every cluster that is named exists, and nothing is named twice. */
import type { Anchor, Path, Report } from "../finding.ts";
import type { PolicyRoute } from "../schema/policy.ts";
import { property } from "../shape.ts";
import { didYouMean } from "../suggest.ts";
import type { Part, View } from "../view.ts";

/** One mention of a cluster: a way that requests, or copies of them, can take. */
export interface Mention {
  readonly name: string;
  readonly path: Path;
  /** A split's weights are keyed by name, elsewhere the name is a value. */
  readonly anchor: Anchor;
  /** Which list it stands in; a list names a cluster once. */
  readonly list: "to" | "split" | "nearest" | "fastest" | "failover" | "mirror";
}

export function checkReferences(view: View, report: Report): void {
  const used = new Set<string>();
  for (const route of view.routes) {
    const listed = new Set<string>();
    for (const { name, path, anchor, list } of mentions(route)) {
      used.add(name);
      if (!view.clusters.has(name)) {
        const near = didYouMean(name, view.clusters.keys());
        report(
          "unknownCluster",
          path,
          `there is no cluster ${JSON.stringify(name)}${near}`,
          anchor,
        );
      }
      const entry = `${list} ${name}`;
      if (listed.has(entry)) report("duplicateCluster", path, `"${name}" stands twice in ${list}`);
      listed.add(entry);
    }
  }
  for (const [name, { path }] of view.clusters) {
    if (!used.has(name)) report("unusedCluster", path, `no route uses "${name}"`, "key");
  }
  checkRouteNames(view, report);
}

/**
 * Every cluster that a route names. Read from what is written, so that a wrong weight does not hide
 * a wrong name.
 */
export function* mentions(route: Part<PolicyRoute>): Iterable<Mention> {
  const { to, split, mirror } = route.written;
  if (typeof to === "string") yield mention(route, "to", to);
  if (Array.isArray(split)) yield* membersIn(route, "split", split);
  else if (typeof split === "object" && split !== null) {
    for (const name of Object.keys(split)) {
      yield { ...mention(route, "split", name, name), anchor: "key" };
    }
  }
  for (const list of ["nearest", "fastest", "failover"] as const) {
    const names = route.written[list];
    if (!Array.isArray(names)) continue;
    for (const [index, name] of names.entries()) {
      if (typeof name === "string") yield mention(route, list, name, index);
    }
  }
  if (Array.isArray(mirror)) yield* membersIn(route, "mirror", mirror);
  else {
    const name = property(mirror, "cluster");
    if (typeof name === "string") yield mention(route, "mirror", name, "cluster");
  }
}

/** Items of the form `{ "cluster": … }`. */
function* membersIn(
  route: Part<PolicyRoute>,
  list: "split" | "mirror",
  items: readonly unknown[],
): Iterable<Mention> {
  for (const [index, item] of items.entries()) {
    const name = property(item, "cluster");
    if (typeof name === "string") yield mention(route, list, name, index, "cluster");
  }
}

const mention = (
  { path }: Part<PolicyRoute>,
  list: Mention["list"],
  name: string,
  ...rest: Path
): Mention => ({ name, path: [...path, list, ...rest], anchor: "value", list });

function checkRouteNames(view: View, report: Report): void {
  const first = new Map<string, string>();
  for (const [index, { path, value: { name } }] of view.routes.entries()) {
    if (name === undefined) continue;
    const before = first.get(name);
    if (before === undefined) first.set(name, `routes[${index}]`);
    else report("duplicateRoute", [...path, "name"], `${before} has the name "${name}" already`);
  }
}
