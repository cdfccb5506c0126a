/** What is supposed about the health of endpoints, in the words of the command line. */
import type { EndpointState } from "../health/records.ts";
import type { StateOf } from "../health/upstreams.ts";
import type { ClusterPlan, Plan } from "../plan/plan.ts";
import { didYouMean } from "../policy/suggest.ts";
import { type Parsed, parsed, refused } from "./parsed.ts";

/** Each text is `CLUSTER` or, but for a drain, `CLUSTER/N` with an endpoint's index. */
export interface Supposed {
  readonly down?: readonly string[];
  readonly degraded?: readonly string[];
  readonly drain?: readonly string[];
}

/** Of what is said of one endpoint, the last in this list holds. */
const KINDS: readonly (readonly [keyof Supposed, EndpointState])[] = [
  ["degraded", "degraded"],
  ["down", "unhealthy"],
  ["drain", "draining"],
];

/** Who is not named is healthy. */
export function parseSituation(plan: Plan, supposed: Supposed): Parsed<StateOf> {
  const said = new Map<ClusterPlan, (EndpointState | undefined)[]>();
  for (const [kind, state] of KINDS) {
    for (const text of supposed[kind] ?? []) {
      const found = parseName(plan, text, kind);
      if (!found.ok) return found;
      const { cluster, index } = found.value;
      const states = said.get(cluster) ?? [];
      for (const endpoint of cluster.endpoints) {
        if (index === null || index === endpoint.index) states[endpoint.index] = state;
      }
      said.set(cluster, states);
    }
  }
  return parsed((cluster, endpoint) => said.get(cluster)?.[endpoint.index] ?? "healthy");
}

interface Named {
  readonly cluster: ClusterPlan;
  /** `null`: all of its endpoints. */
  readonly index: number | null;
}

function parseName(
  { clusters }: Plan,
  text: string,
  kind: keyof Supposed,
): Parsed<Named> {
  const slash = text.indexOf("/");
  const name = slash < 0 ? text : text.slice(0, slash);
  const cluster = clusters.find((cluster) => cluster.name === name);
  if (cluster === undefined) {
    const near = didYouMean(name, clusters.map((cluster) => cluster.name));
    return refused(`there is no cluster ${JSON.stringify(name)}${near || listed(clusters)}`);
  }
  if (slash < 0) return parsed({ cluster, index: null });
  if (kind === "drain") {
    return refused(`${text}: a drain takes out a whole cluster, such as ${name}`);
  }
  const digits = text.slice(slash + 1);
  const count = cluster.endpoints.length;
  const index = Number(digits);
  if (!/^\d{1,9}$/.test(digits) || index >= count) {
    return refused(`${text}: ${name} has ${endpointsInWords(count)}`);
  }
  return parsed({ cluster, index });
}

const endpointsInWords = (count: number): string =>
  count === 0 ? "no endpoints" : count === 1 ? "one endpoint, 0" : `endpoints 0 to ${count - 1}`;

/** `: it has aws, dc and 3 others`. */
function listed(clusters: readonly ClusterPlan[]): string {
  if (clusters.length === 0) return ": the policy has none";
  const names = clusters.slice(0, 10).map(({ name }) => name);
  const more = clusters.length - names.length;
  return `: the policy has ${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}
