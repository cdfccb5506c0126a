/**
 * The priority levels of a cluster as one caller sees them: what is configured, and inside it what
 * the locality setting says. Plain data; health has no part in it.
 */
import type { Caller, DistributeRule, Locality, LocalitySetting } from "../plan/locality.ts";
import type { EndpointPlan } from "../plan/plan.ts";
import { compact } from "./compact.ts";
import { distribute, distributionFor } from "./distribute.ts";
import { FAILOVER_RANKS, failoverRank } from "./failover.ts";
import { labelRank, parseLabelRule } from "./failover_priority.ts";
import { labelsOf } from "./labels.ts";

/** What of an endpoint decides its level. Weight 0 takes nothing. */
export type PlacedEndpoint = Pick<EndpointPlan, "locality" | "labels" | "priority" | "weight">;

/** The endpoints of one level in one place. */
export interface LocalityGroup {
  readonly locality: Locality;
  /** Locality weight, above 0; to be scaled by health, see `localitySchedules`. */
  readonly weight: number;
  /** Positions in the cluster's list. */
  readonly endpoints: readonly number[];
}

export interface EffectiveLevel {
  /** Positions in the cluster's list, ascending; never empty. */
  readonly endpoints: readonly number[];
  /** Together they hold all `endpoints`. `null`: no locality is picked in this level. */
  readonly groups: readonly LocalityGroup[] | null;
}

export interface EffectiveLevels {
  /** The most preferred first. */
  readonly levels: readonly EffectiveLevel[];
  /** The level of each endpoint; `null`: it takes nothing, in panic neither. */
  readonly levelOf: readonly (number | null)[];
}

/**
 * The configured priority comes first, the locality's rank orders within it: an operator who says
 * "only if the others fail" means it, however near the stand-by is. Istio does the same with
 * priorities assigned before it ranks by locality (prior × ranks + rank).
 *
 * Each configured priority is distributed on its own, so that the weights hold among the endpoints
 * that share a level.
 *
 * @param setting `null`: configured priorities alone
 */
export function effectiveLevels(
  endpoints: readonly PlacedEndpoint[],
  setting: LocalitySetting | null,
  caller: Caller,
): EffectiveLevels {
  const taking = [...endpoints.keys()].filter((i) => endpoints[i]!.weight > 0);
  const to = distributionOf(setting, caller);
  const levels = inOrder(taking, endpoints, ranker(setting, caller))
    .map((level): EffectiveLevel =>
      to === null ? { endpoints: level, groups: null } : distributed(level, endpoints, to)
    )
    .filter((level) => level.endpoints.length > 0);

  const levelOf = new Array<number | null>(endpoints.length).fill(null);
  levels.forEach((level, at) => level.endpoints.forEach((i) => levelOf[i] = at));
  return { levels, levelOf };
}

type Rank = (endpoint: PlacedEndpoint) => number;

function ranker(setting: LocalitySetting | null, caller: Caller): Rank {
  if (setting === null || setting.kind === "distribute") return () => 0;
  const byPlace: Rank = ({ locality }) => failoverRank(caller.locality, locality, setting.failover);
  if (setting.kind === "failover") return byPlace;

  const labels = labelsOf(caller.locality, caller.labels);
  const rules = setting.failoverPriority.map(parseLabelRule);
  // A caller without any label is not compared by labels, not even with fixed values (Istio).
  const byLabels: Rank = labels.size === 0
    ? () => 0
    : (endpoint) => labelRank(rules, labels, labelsOf(endpoint.locality, endpoint.labels));
  return setting.failover.length === 0
    ? byLabels
    : (endpoint) => byLabels(endpoint) * FAILOVER_RANKS + byPlace(endpoint);
}

function distributionOf(
  setting: LocalitySetting | null,
  caller: Caller,
): DistributeRule["to"] | null {
  if (setting?.kind !== "distribute") return null;
  return setting.distribute[distributionFor(setting.distribute, caller.locality)]?.to ?? null;
}

/** The levels of `taking`: by configured priority, then by rank, without gaps. */
function inOrder(
  taking: readonly number[],
  endpoints: readonly PlacedEndpoint[],
  rank: Rank,
): number[][] {
  const ranks = taking.map((i) => rank(endpoints[i]!));
  const width = ranks.reduce((highest, rank) => Math.max(highest, rank), 0) + 1;
  const levels: number[][] = [];
  compact(taking.map((i, at) => endpoints[i]!.priority * width + ranks[at]!))
    .forEach((level, at) => (levels[level] ??= []).push(taking[at]!));
  return levels;
}

/** One level by place; the places that get nothing are gone from it. */
function distributed(
  level: readonly number[],
  endpoints: readonly PlacedEndpoint[],
  to: DistributeRule["to"],
): EffectiveLevel {
  const places = [
    ...Map.groupBy(level, (i) => {
      const { region, zone, subzone } = endpoints[i]!.locality;
      return JSON.stringify([region, zone, subzone]);
    }).values(),
  ].map((members) => ({
    locality: endpoints[members[0]!]!.locality,
    weight: members.reduce((sum, i) => sum + endpoints[i]!.weight, 0),
    endpoints: members,
  }));
  const weights = distribute(to, places);
  const groups = places
    .map((place, i): LocalityGroup => ({ ...place, weight: weights[i]! }))
    .filter(({ weight }) => weight > 0);
  return { endpoints: groups.flatMap((group) => group.endpoints).sort((a, b) => a - b), groups };
}
