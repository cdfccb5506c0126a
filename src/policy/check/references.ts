/** Names: every cluster that is named exists, and nothing is named twice. */
import type { Anchor, Path, Report } from "../finding.ts";
import type { PolicyRoute } from "../schema/policy.ts";
import { didYouMean } from "../suggest.ts";
import type { Part, View } from "../view.ts";

/** One mention of a cluster. */
interface Mention {
  readonly name: string;
  readonly path: Path;
  /** A split's weights are keyed by name, elsewhere the name is a value. */
  readonly anchor: Anchor;
  /** Which list it stands in; a list names a cluster once. */
  readonly list: "to" | "split" | "failover";
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

/** Read from what is written, so that a wrong weight does not hide a wrong name. */
function* mentions(route: Part<PolicyRoute>): Iterable<Mention> {
  const { to, split, failover } = route.written;
  const at = (...rest: Path): Path => [...route.path, ...rest];
  if (typeof to === "string") yield { name: to, path: at("to"), anchor: "value", list: "to" };
  if (Array.isArray(split)) {
    for (const [index, member] of split.entries()) {
      const name: unknown = member?.cluster;
      if (typeof name === "string") {
        yield { name, path: at("split", index, "cluster"), anchor: "value", list: "split" };
      }
    }
  } else if (typeof split === "object" && split !== null) {
    for (const name of Object.keys(split)) {
      yield { name, path: at("split", name), anchor: "key", list: "split" };
    }
  }
  if (Array.isArray(failover)) {
    for (const [index, name] of failover.entries()) {
      if (typeof name === "string") {
        yield { name, path: at("failover", index), anchor: "value", list: "failover" };
      }
    }
  }
}

function checkRouteNames(view: View, report: Report): void {
  const first = new Map<string, string>();
  for (const [index, { path, value: { name } }] of view.routes.entries()) {
    if (name === undefined) continue;
    const before = first.get(name);
    if (before === undefined) first.set(name, `routes[${index}]`);
    else report("duplicateRoute", [...path, "name"], `${before} has the name "${name}" already`);
  }
}
