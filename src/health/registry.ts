/**
 * What this isolate knows about the health of endpoints. It outlives policies:
 * an endpoint that a new policy still names keeps its history.
 */
import type { ClusterPlan, EndpointPlan, OutlierPlan } from "../plan/plan.ts";
import { eject, mayEject, newOutlierState, observe, release } from "./outlier.ts";
import type { Outcome, OutlierState } from "./outlier.ts";

/** The lasting record of one endpoint of one cluster. */
export interface EndpointRecord {
  readonly outlier: OutlierState;
  /** Requests sent to it that have no response headers yet. */
  active: number;
}

/** The lasting record of one cluster. `epoch` grows whenever who is available changes. */
export interface ClusterRecord {
  readonly endpoints: Map<string, EndpointRecord>;
  epoch: number;
}

export class HealthRegistry {
  /** Grows whenever any endpoint's availability changes: shares computed before are stale. */
  epoch = 0;
  readonly #clusters = new Map<string, ClusterRecord>();
  readonly #ejected = new Map<EndpointRecord, ClusterRecord>();
  #nextReturnMs = Infinity;

  /** The record of a cluster with exactly the given endpoints; those it had before keep theirs. */
  adopt(name: string, endpoints: readonly EndpointPlan[]): ClusterRecord {
    const before = this.#clusters.get(name);
    const record: ClusterRecord = { endpoints: new Map(), epoch: (before?.epoch ?? 0) + 1 };
    for (const { origin } of endpoints) {
      const kept = before?.endpoints.get(origin) ?? { outlier: newOutlierState(), active: 0 };
      record.endpoints.set(origin, kept);
      if (this.#ejected.has(kept)) this.#ejected.set(kept, record);
    }
    this.#clusters.set(name, record);
    this.epoch++;
    return record;
  }

  /** Forgets every cluster that is not in `names`. */
  retain(names: ReadonlySet<string>): void {
    for (const [name, cluster] of this.#clusters) {
      if (names.has(name)) continue;
      this.#clusters.delete(name);
      for (const endpoint of cluster.endpoints.values()) this.#ejected.delete(endpoint);
    }
  }

  /** Counts one try, and ejects the endpoint when that was one failure too many. */
  report(
    cluster: ClusterPlan,
    endpoint: EndpointRecord,
    outcome: Outcome,
    nowMs: number,
  ): void {
    const plan = cluster.outlier;
    if (plan === null || !observe(endpoint.outlier, outcome, plan)) return;
    if (endpoint.outlier.ejectedUntilMs === 0) this.#eject(cluster.name, endpoint, plan, nowMs);
  }

  /** Brings back what is due. Costs one comparison unless something is. */
  settle(nowMs: number): void {
    if (nowMs < this.#nextReturnMs) return;
    this.#nextReturnMs = Infinity;
    for (const [endpoint, cluster] of this.#ejected) {
      if (release(endpoint.outlier, nowMs)) {
        this.#ejected.delete(endpoint);
        this.#changed(cluster);
      } else {
        this.#nextReturnMs = Math.min(this.#nextReturnMs, endpoint.outlier.ejectedUntilMs);
      }
    }
  }

  #eject(name: string, endpoint: EndpointRecord, plan: OutlierPlan, nowMs: number): void {
    // A request may outlive the policy that sent it: cluster or endpoint may be gone by now.
    const cluster = this.#clusters.get(name);
    const all = [...cluster?.endpoints.values() ?? []];
    if (cluster === undefined || !all.includes(endpoint)) return;
    const ejected = all.filter((other) => !isAvailable(other)).length;
    if (!mayEject(ejected, all.length, plan)) return;
    eject(endpoint.outlier, plan, nowMs);
    this.#ejected.set(endpoint, cluster);
    this.#nextReturnMs = Math.min(this.#nextReturnMs, endpoint.outlier.ejectedUntilMs);
    this.#changed(cluster);
  }

  #changed(cluster: ClusterRecord): void {
    cluster.epoch++;
    this.epoch++;
  }
}

export const isAvailable = (endpoint: EndpointRecord): boolean =>
  endpoint.outlier.ejectedUntilMs === 0;
