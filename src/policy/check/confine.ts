/**
 * `confine`: the promise that nothing of a route ever leaves certain places. Failover, retries,
 * hedges, spills and localities only choose among the clusters that a route names and their
 * endpoints. So the promise is proved if each of these is inside, whatever its weight is today.
 */
import { either } from "../expected.ts";
import type { Path, Report } from "../finding.ts";
import type { PolicyCluster, PolicyConfine } from "../schema/policy.ts";
import { didYouMean } from "../suggest.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { mentions } from "./references.ts";
import { patternTakes, type Placed, placedIn } from "./regions.ts";

/** For one policy: far more than are ever needed, and done in a second or two. */
const MAX_COMPARISONS = 2_000_000;

export function checkConfine(view: View, report: Report): void {
  if (view.routes.every(({ value }) => value.confine === undefined)) return;
  const proof = new Proof(view.clusters);
  for (const route of view.routes) {
    const { confine } = route.value;
    // What is left of a promise that has invalid parts is another promise.
    if (confine === undefined || !isWhole(route, ["confine"])) continue;
    const path = [...route.path, "confine"];
    if (confine.regions === undefined && confine.locations === undefined) {
      report("emptyConfine", path, 'say what it promises: "regions", "locations" or both');
    }
    checkPatterns(confine, proof, [...path, "regions"], report);
    const promise = { ...confine, key: JSON.stringify(confine) };
    for (const { name, path, anchor, list } of mentions(route)) {
      for (const problem of proof.problems(name, promise)) {
        report("confineBroken", path, `${list} ${name}: ${problem}`, anchor);
      }
    }
    if (!proof.isExhausted) continue;
    const message =
      `neither this promise nor those after it are proved: more than ${MAX_COMPARISONS} comparisons of a pattern with a region, use fewer different patterns`;
    return report("confineBroken", path, message);
  }
}

/** Surely a typo, or a region that is to come. */
function checkPatterns({ regions }: PolicyConfine, proof: Proof, path: Path, report: Report): void {
  regions?.forEach((pattern, index) => {
    const problem = proof.unmatched(pattern);
    if (problem !== null) report("unmatchedRegion", [...path, index], problem);
  });
}

/** A promise, and a text that equal ones share. */
type Promised = PolicyConfine & { readonly key: string };

/** Remembers what it has found: thousands of routes may make one promise of the same clusters. */
class Proof {
  /** All that endpoints are in. */
  private readonly regions: readonly string[];
  /** Whether there may be others, in clusters that are in doubt. */
  private readonly mayBeMore: boolean;
  /** Where each cluster's endpoints are; `null` where that is in doubt, and reported as such. */
  private readonly placed: ReadonlyMap<string, readonly Placed[] | null>;
  private readonly found = new Map<string, readonly string[]>();
  private readonly patterns = new Map<string, string | null>();
  private left = MAX_COMPARISONS;

  constructor(private readonly clusters: ReadonlyMap<string, Part<PolicyCluster>>) {
    this.placed = new Map([...clusters].map(([name, cluster]) => [name, placedIn(cluster)]));
    const all = [...this.placed.values()];
    this.mayBeMore = all.includes(null);
    const regions = all.flatMap((groups) => groups ?? []).map(({ region }) => region);
    this.regions = [...new Set(regions)].filter((region) => region !== null);
  }

  get isExhausted(): boolean {
    return this.left < 0;
  }

  /** What of a cluster is outside: at most one thing for each half of the promise. */
  problems(name: string, promise: Promised): readonly string[] {
    const key = `${name} ${promise.key}`;
    const known = this.found.get(key);
    if (known !== undefined) return known;
    const problems = [this.wrongLocation(name, promise), this.wrongRegion(name, promise)]
      .filter((problem) => problem !== null);
    this.found.set(key, problems);
    return problems;
  }

  /** What is wrong with a pattern that takes no endpoint of the whole policy. */
  unmatched(pattern: string): string | null {
    const known = this.patterns.get(pattern);
    if (known !== undefined) return known;
    const matched = this.mayBeMore || this.regions.some((region) => this.takes(pattern, region));
    const problem = matched
      ? null
      : `no endpoint is in ${pattern}${didYouMean(pattern, this.regions)}`;
    this.patterns.set(pattern, problem);
    return problem;
  }

  private wrongLocation(name: string, { locations }: Promised): string | null {
    const location = this.clusters.get(name)?.value.location;
    if (locations === undefined || location === undefined) return null;
    return locations.includes(location) ? null : `it is ${location}, not ${either(locations)}`;
  }

  private wrongRegion(name: string, { regions }: Promised): string | null {
    if (regions === undefined) return null;
    const outside = (this.placed.get(name) ?? []).filter(({ region }) =>
      region === null || !regions.some((pattern) => this.takes(pattern, region))
    );
    const first = outside[0];
    if (first === undefined) return null;
    const more = outside.reduce((sum, { count }) => sum + count, -1);
    const others = more === 0
      ? ""
      : `; ${more} more of its endpoints ${more === 1 ? "is" : "are"} outside`;
    return first.region === null
      ? `endpoint ${first.url} has no region: say one to prove that it is in ${
        either(regions)
      }${others}`
      : `endpoint ${first.url} is in ${first.region}, not in ${either(regions)}${others}`;
  }

  private takes(pattern: string, region: string): boolean {
    // Past the limit the promise counts as not proved, so it does not matter what is said here.
    return --this.left < 0 || patternTakes(pattern, region);
  }
}
