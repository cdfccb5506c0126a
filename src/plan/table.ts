/**
 * The compiled route table: an index from host and path to the few rules that
 * can match, so that a look-up costs the same for ten routes as for ten
 * thousand. Built by `compile/table.ts`, read by `match/find.ts` and `match/list.ts`.
 */

/** What matching may look at. Everything is read lazily: most rules need only host and path. */
export interface RequestFacts {
  readonly method: string;
  /** Lower case, without port and trailing dot; IPv6 in brackets. */
  readonly host: string;
  /** Normalised: see `match/path.ts`. */
  readonly path: string;
  /** Without `?`; empty if there is none. */
  readonly query: string;
  /** Repeated headers joined with ", "; `null` if absent. `name` is in lower case. */
  header(name: string): string | null;
}

/** One entry of a route's `match` for one of its hosts. */
export interface Rule {
  /** Position in the total order of all rules: lower wins. */
  readonly rank: number;
  /** Index of the route in `Plan.routes`. */
  readonly route: number;
  /** The route's; higher goes first. */
  readonly precedence: number;
  /** The path prefix that matched, without trailing slash ("" is `/*`); `null` for exact and regex. */
  readonly prefix: string | null;
  readonly conditions: readonly Condition[];
}

/** A rule and the place in the table where it belongs. */
export interface PlacedRule {
  readonly host: HostPattern;
  readonly path: PathPattern;
  readonly rule: Rule;
}

export type HostPattern =
  | { readonly kind: "exact"; readonly name: string }
  /** `name` is what follows `*.`. */
  | { readonly kind: "wildcard"; readonly name: string }
  | { readonly kind: "any" };

export type PathPattern =
  | { readonly kind: "exact"; readonly path: string }
  /** Without trailing slash; "" is `/*`. */
  | { readonly kind: "prefix"; readonly path: string }
  /** `test` asks whether the whole path matches. */
  | { readonly kind: "regex"; readonly pattern: string; readonly test: (path: string) => boolean };

/** One thing about the request that must hold, apart from host and path. */
export type Condition =
  | { readonly on: "method"; readonly methods: ReadonlySet<string> }
  | ValueCondition;

export interface ValueCondition {
  readonly on: "header" | "query" | "cookie";
  /** Header names in lower case; the others compare with case. */
  readonly name: string;
  readonly test: StringTest;
  /** The only value that `test` accepts, if there is just one: such rules can be indexed. */
  readonly equals: string | null;
  /** What `test` was made of, for people to read. */
  readonly matcher: StringMatcher;
}

/** `null` is an absent value. */
export type StringTest = (value: string | null) => boolean;

/** As the policy writes it; a string stands for itself. */
export type StringMatcher =
  | string
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly regex: string }
  | { readonly present: boolean }
  | { readonly not: StringMatcher };

/** Opaque to everyone but `compile/table.ts`, `match/find.ts` and `match/list.ts`. */
export interface RouteTable {
  readonly exactHosts: ReadonlyMap<string, PathIndex>;
  readonly wildcardHosts: HostNode;
  readonly anyHost: PathIndex | null;
}

/** Wildcard hosts by label from the right: `*.foo.com` hangs at `com`, `foo`. */
export interface HostNode {
  readonly parent: HostNode | null;
  readonly children: ReadonlyMap<string, HostNode> | null;
  readonly paths: PathIndex | null;
}

/** Rules of one host, by path. */
export interface PathIndex {
  /** The best rank anywhere below: lets a look-up skip a host that can't win. */
  readonly best: number;
  readonly exact: ReadonlyMap<string, Bucket> | null;
  /** The root of all prefixes and regexes; `/*` is its own bucket. */
  readonly root: PathNode;
}

/** What a path has reached after some of its segments. */
export interface PathNode {
  readonly parent: PathNode | null;
  readonly children: ReadonlyMap<string, PathNode> | null;
  /** Rules of the prefix that ends here. */
  readonly bucket: Bucket | null;
  /** Regexes whose every match starts with the segments down to here. */
  readonly regex: RegexRules | null;
}

/** Rules that share host and path. */
export interface Bucket {
  readonly best: number;
  /** Rules that must be tried one after the other, best first. */
  readonly scan: readonly Candidate[];
  /** Rules found by one exact value, those with the best rule first. */
  readonly keyed: readonly KeyedRules[];
}

/** A rule, and those of its conditions that the way to it has not shown to hold. */
export interface Candidate {
  readonly rule: Rule;
  readonly rest: readonly Condition[];
}

export interface KeyedRules {
  readonly best: number;
  readonly on: Condition["on"];
  /** Empty for the method. */
  readonly name: string;
  readonly byValue: ReadonlyMap<string, Bucket>;
}

export interface RegexRules {
  readonly best: number;
  /** One per pattern, best first. */
  readonly patterns: readonly RegexPattern[];
  /** Positions in `patterns` of those that match the whole path; `null` if trying each is cheaper. */
  readonly matchMany: ((path: string) => readonly number[]) | null;
}

export interface RegexPattern {
  readonly pattern: string;
  readonly test: (path: string) => boolean;
  readonly bucket: Bucket;
}
