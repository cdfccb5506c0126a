/** All rules of a table, one by one: for explanations, never for a request's way. */
import type {
  Bucket,
  HostNode,
  HostPattern,
  PathIndex,
  PathNode,
  PathPattern,
  PlacedRule,
  RouteTable,
  Rule,
} from "../plan/table.ts";

/** Every rule once, with the place where the table has it; in no particular order. */
export function* listRules(table: RouteTable): Generator<PlacedRule> {
  for (const [name, paths] of table.exactHosts) yield* placedIn(paths, { kind: "exact", name });
  yield* wildcardRules(table.wildcardHosts, "");
  if (table.anyHost !== null) yield* placedIn(table.anyHost, { kind: "any" });
}

/** @param name what the labels down to `node` spell; empty at the root */
function* wildcardRules(node: HostNode, name: string): Generator<PlacedRule> {
  if (node.paths !== null) yield* placedIn(node.paths, { kind: "wildcard", name });
  for (const [label, child] of node.children ?? []) {
    yield* wildcardRules(child, name === "" ? label : `${label}.${name}`);
  }
}

function* placedIn(index: PathIndex, host: HostPattern): Generator<PlacedRule> {
  for (const [path, bucket] of index.exact ?? []) {
    yield* placed(bucket, host, { kind: "exact", path });
  }
  yield* belowNode(index.root, host, "");
}

/** @param prefix as in `Rule.prefix` */
function* belowNode(node: PathNode, host: HostPattern, prefix: string): Generator<PlacedRule> {
  if (node.bucket !== null) yield* placed(node.bucket, host, { kind: "prefix", path: prefix });
  for (const { pattern, test, bucket } of node.regex?.patterns ?? []) {
    yield* placed(bucket, host, { kind: "regex", pattern, test });
  }
  for (const [segment, child] of node.children ?? []) {
    yield* belowNode(child, host, `${prefix}/${segment}`);
  }
}

function* placed(bucket: Bucket, host: HostPattern, path: PathPattern): Generator<PlacedRule> {
  for (const rule of rulesIn(bucket, new Set())) yield { host, path, rule };
}

/** A rule for several methods hangs at each of them. */
function rulesIn(bucket: Bucket, found: Set<Rule>): Set<Rule> {
  for (const { rule } of bucket.scan) found.add(rule);
  for (const { byValue } of bucket.keyed) {
    for (const inner of byValue.values()) rulesIn(inner, found);
  }
  return found;
}
