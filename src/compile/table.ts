/** Builds the route table that `match/find.ts` reads. */
import type {
  HostNode,
  PathIndex,
  PathNode,
  PlacedRule,
  RegexPattern,
  RegexRules,
  RouteTable,
  Rule,
} from "../plan/table.ts";
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { compileBucket } from "./bucket.ts";
import { literalPrefix, wholeMatchMany } from "./regex.ts";
import { rankRules } from "./rules.ts";

export function compileTable(routes: readonly PolicyRoute[]): RouteTable {
  const exact: Lists<PlacedRule> = new Map();
  const wildcard: Lists<PlacedRule> = new Map();
  const any: PlacedRule[] = [];
  for (const placed of rankRules(routes)) {
    if (placed.host.kind === "exact") push(exact, placed.host.name, placed);
    else if (placed.host.kind === "wildcard") push(wildcard, placed.host.name, placed);
    else any.push(placed);
  }
  return {
    exactHosts: mapValues(exact, compilePaths),
    wildcardHosts: compileWildcards(wildcard),
    anyHost: any.length === 0 ? null : compilePaths(any),
  };
}

type Lists<T> = Map<string, T[]>;

function push<T>(lists: Lists<T>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (value: From) => To,
): Map<string, To> {
  const changed = new Map<string, To>();
  for (const [key, value] of map) changed.set(key, change(value));
  return changed;
}

/** Node types are read-only to all but the functions that grow the trees. */
type Growing<Node, Key extends keyof Node> =
  & Omit<Node, "parent" | "children" | Key>
  & { parent: Growing<Node, Key> | null; children: Map<string, Growing<Node, Key>> | null }
  & { -readonly [K in Key]: Node[K] };

type GrowingHost = Growing<HostNode, "paths">;
type GrowingPath = Growing<PathNode, "bucket" | "regex">;

const hostNode = (parent: GrowingHost | null): GrowingHost => ({
  parent,
  children: null,
  paths: null,
});

const pathNode = (parent: GrowingPath | null): GrowingPath => ({
  parent,
  children: null,
  bucket: null,
  regex: null,
});

interface Tree<Node> {
  children: Map<string, Node> | null;
}

/** The child of `node` at `step`, made if need be. */
function grow<Node extends Tree<Node>>(
  node: Node,
  step: string,
  create: (parent: Node) => Node,
): Node {
  node.children ??= new Map();
  let child = node.children.get(step);
  if (child === undefined) node.children.set(step, child = create(node));
  return child;
}

function compileWildcards(hosts: ReadonlyMap<string, readonly PlacedRule[]>): HostNode {
  const root = hostNode(null);
  for (const [host, rules] of hosts) {
    let node = root;
    for (const label of host.split(".").reverse()) node = grow(node, label, hostNode);
    node.paths = compilePaths(rules);
  }
  return root;
}

/** The rules of one regex, best first. */
interface PatternRules {
  readonly test: RegexPattern["test"];
  readonly rules: Rule[];
}

/** @param placed best first, at least one */
function compilePaths(placed: readonly PlacedRule[]): PathIndex {
  // With thousands of hosts, maps that stay empty would be a good part of the compile time.
  let exact: Lists<Rule> | null = null;
  let prefixes: Lists<Rule> | null = null;
  let regexes: Map<string, Map<string, PatternRules>> | null = null;
  for (const { path, rule } of placed) {
    if (path.kind === "exact") push(exact ??= new Map(), path.path, rule);
    else if (path.kind === "prefix") push(prefixes ??= new Map(), path.path, rule);
    else {
      regexes ??= new Map();
      const prefix = literalPrefix(path.pattern);
      let patterns = regexes.get(prefix);
      if (patterns === undefined) regexes.set(prefix, patterns = new Map());
      const same = patterns.get(path.pattern);
      if (same === undefined) patterns.set(path.pattern, { test: path.test, rules: [rule] });
      else same.rules.push(rule);
    }
  }
  const root = pathNode(null);
  for (const [prefix, rules] of prefixes ?? []) {
    nodeAt(root, prefix).bucket = compileBucket(rules);
  }
  for (const [prefix, patterns] of regexes ?? []) {
    nodeAt(root, prefix).regex = compileRegexes(patterns);
  }
  return {
    best: placed[0]!.rule.rank,
    exact: exact === null ? null : mapValues(exact, compileBucket),
    root,
  };
}

/** @param prefix as in `Rule.prefix` */
function nodeAt(root: GrowingPath, prefix: string): GrowingPath {
  let node = root;
  for (let slash = 0; slash < prefix.length;) {
    const next = prefix.indexOf("/", slash + 1);
    const end = next < 0 ? prefix.length : next;
    node = grow(node, prefix.slice(slash + 1, end), pathNode);
    slash = end;
  }
  return node;
}

/** From here on one pass over the path for all patterns is cheaper than one for each. */
const MANY = 5;

function compileRegexes(patterns: ReadonlyMap<string, PatternRules>): RegexRules {
  const compiled: RegexPattern[] = [...patterns].map(([pattern, { test, rules }]) => ({
    pattern,
    test,
    bucket: compileBucket(rules),
  }));
  return {
    best: compiled[0]!.bucket.best,
    patterns: compiled,
    matchMany: compiled.length < MANY ? null : wholeMatchMany([...patterns.keys()]),
  };
}
