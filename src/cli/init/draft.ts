/** What a first policy is made of, and how flags say it. */
import type { PolicyCluster } from "../../policy/schema/policy.ts";
import { patternProblem } from "../../policy/check/path_text.ts";
import { parseOrigin } from "../../policy/check/url.ts";
import { either } from "../../policy/expected.ts";
import { name as nameSchema } from "../../policy/schema/units.ts";
import { didYouMean } from "../../policy/suggest.ts";

export const LOCATIONS = ["public", "private", "edge"] as const;

export interface DraftCluster {
  readonly name: string;
  readonly location: PolicyCluster["location"];
  /** Scheme, host and port of each endpoint; at least one. */
  readonly urls: readonly string[];
}

export interface DraftRoute {
  readonly name: string;
  /** Exact, or with `/*` at its end a prefix. */
  readonly path: string;
  /** Weights by cluster name, as in the policy. A single one is written as `to`. */
  readonly split: Readonly<Record<string, number>>;
  /** Cluster names; empty: the policy says nothing of failover. */
  readonly failover: readonly string[];
}

export interface Draft {
  readonly clusters: readonly DraftCluster[];
  readonly route: DraftRoute;
}

/** Each takes what somebody wrote; `null`: it may stand as it is. The text has no full stop. */
export type Problem = string | null;

export function nameProblem(name: string): Problem {
  const { error } = nameSchema.safeParse(name);
  return error?.issues[0]?.message ?? null;
}

export function urlsProblem(written: string): Problem {
  const urls = urlsIn(written);
  if (urls.length === 0) return "at least one URL is needed, such as https://shop.example.com";
  for (const url of urls) {
    const origin = parseOrigin(url);
    if ("problem" in origin) return `${url}: ${origin.problem}`;
  }
  return null;
}

export const urlsIn = (written: string): readonly string[] =>
  written.split(",").map((url) => url.trim()).filter((url) => url !== "");

export const pathProblem = (path: string): Problem => patternProblem(path);

/** `a=80,b=20`. */
export function splitProblem(written: string, clusters: readonly string[]): Problem {
  const seen = new Set<string>();
  for (const part of written.split(",")) {
    const [, name, weight] = /^\s*([^=\s]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (name === undefined) {
      return `"${part.trim()}" is no share: write a cluster and its weight, as in ${
        clusters[0] ?? "a"
      }=80`;
    }
    if (Number(weight) > 1_000_000) return "a weight is at most 1000000";
    const problem = memberProblem(name, clusters, seen);
    if (problem !== null) return problem;
  }
  return Object.values(splitIn(written)).some((weight) => weight > 0)
    ? null
    : "all weights are 0: nothing would be served";
}

export const splitIn = (written: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    written.split(",").map((part) => {
      const [name, weight] = part.split("=");
      return [name!.trim(), Number(weight)];
    }),
  );

/** `a,b`. */
export function listProblem(written: string, clusters: readonly string[]): Problem {
  const seen = new Set<string>();
  for (const name of listIn(written)) {
    const problem = memberProblem(name, clusters, seen);
    if (problem !== null) return problem;
  }
  return null;
}

export const listIn = (written: string): readonly string[] =>
  written.split(",").map((name) => name.trim()).filter((name) => name !== "");

function memberProblem(name: string, clusters: readonly string[], seen: Set<string>): Problem {
  if (!clusters.includes(name)) {
    const near = didYouMean(name, clusters) || `: there is ${either(clusters)}`;
    return `there is no cluster ${JSON.stringify(name)}${near}`;
  }
  if (seen.has(name)) return `"${name}" stands twice`;
  seen.add(name);
  return null;
}

/** `/shop/*` as `shop`, `/a/b` as `a-b`; `all` for what has no words. */
export function nameFor(path: string): string {
  const words = path.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join("-").slice(0, 63).replace(/-$/, "") || "all";
}

/** The first one takes everything, the others come after it. */
export const inOrder = (
  clusters: readonly DraftCluster[],
): Pick<DraftRoute, "split" | "failover"> => {
  const [first, ...others] = clusters.map(({ name }) => name);
  return { split: { [first!]: 1 }, failover: others };
};
