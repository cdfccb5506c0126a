/**
 * Finds the rule that takes a request: the one with the lowest rank of all
 * whose host, path and conditions hold. Ranks were given when the table was
 * built, so nothing here knows what precedence means.
 */
import type {
  Bucket,
  HostNode,
  PathIndex,
  PathNode,
  RegexRules,
  RequestFacts,
  RouteTable,
  Rule,
} from "../plan/table.ts";
import { allHold, valueOf } from "./value.ts";

/** Takes time linear in host, path and query, whatever the number of rules. Allocates next to nothing. */
export function find(table: RouteTable, facts: RequestFacts): Rule | null {
  let best: Rule | null = null;
  const exact = table.exactHosts.get(facts.host);
  if (exact !== undefined) best = searchHost(exact, facts, best);
  let node: HostNode | null = lastHostNode(table.wildcardHosts, facts.host);
  for (; node !== null; node = node.parent) {
    if (node.paths !== null) best = searchHost(node.paths, facts, best);
  }
  return table.anyHost === null ? best : searchHost(table.anyHost, facts, best);
}

const beats = (rank: number, best: Rule | null): boolean => best === null || rank < best.rank;

/** Leaves at least one character of `host` for the asterisk. */
function lastHostNode(root: HostNode, host: string): HostNode {
  let node = root;
  let end = host.length;
  while (node.children !== null) {
    const dot = host.lastIndexOf(".", end - 1);
    if (dot <= 0) break;
    const child = node.children.get(host.slice(dot + 1, end));
    if (child === undefined) break;
    node = child;
    end = dot;
  }
  return node;
}

function searchHost(index: PathIndex, facts: RequestFacts, soFar: Rule | null): Rule | null {
  if (!beats(index.best, soFar)) return soFar;
  let best = soFar;
  const exact = index.exact?.get(facts.path);
  if (exact !== undefined) best = searchBucket(exact, facts, best);
  // From the deepest node up: what is found there mostly makes a look at the others needless.
  let node: PathNode | null = lastPathNode(index.root, facts.path);
  for (; node !== null; node = node.parent) {
    if (node.bucket !== null) best = searchBucket(node.bucket, facts, best);
    if (node.regex !== null) best = searchRegexes(node.regex, facts, best);
  }
  return best;
}

function lastPathNode(root: PathNode, path: string): PathNode {
  let node = root;
  let start = 1;
  while (node.children !== null && start <= path.length) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    const child = node.children.get(path.slice(start, end));
    if (child === undefined) break;
    node = child;
    start = end + 1;
  }
  return node;
}

function searchRegexes(regex: RegexRules, facts: RequestFacts, soFar: Rule | null): Rule | null {
  if (!beats(regex.best, soFar)) return soFar;
  let best = soFar;
  if (regex.matchMany !== null) {
    for (const i of regex.matchMany(facts.path)) {
      best = searchBucket(regex.patterns[i]!.bucket, facts, best);
    }
    return best;
  }
  for (const { test, bucket } of regex.patterns) {
    if (!beats(bucket.best, best)) break;
    if (test(facts.path)) best = searchBucket(bucket, facts, best);
  }
  return best;
}

function searchBucket(bucket: Bucket, facts: RequestFacts, soFar: Rule | null): Rule | null {
  let best = soFar;
  const { scan, keyed } = bucket;
  for (let i = 0; i < scan.length; i++) {
    const { rule, rest } = scan[i]!;
    if (!beats(rule.rank, best)) break;
    if (!allHold(rest, facts)) continue;
    best = rule;
    break;
  }
  for (let i = 0; i < keyed.length; i++) {
    const key = keyed[i]!;
    if (!beats(key.best, best)) break;
    const value = valueOf(key.on, key.name, facts);
    const found = value === null ? undefined : key.byValue.get(value);
    if (found !== undefined && beats(found.best, best)) best = searchBucket(found, facts, best);
  }
  return best;
}
