/**
 * What this isolate knows about the health of endpoints, and how it comes to know it: from its own
 * requests, from health checks, from the rest of the fleet.
 */
import { observed } from "../balance/peak_ewma.ts";
import type { ClusterPlan, OutlierPlan } from "../plan/plan.ts";
import type { Verdict } from "./active_check.ts";
import { InFlight } from "./in_flight.ts";
import { clearCounts, countTry, type IntervalCounts, intervalEnd } from "./interval_counts.ts";
import { judgedByAnswer, observeLocalOrigin } from "./local_origin.ts";
import {
  clearFailures,
  comeBack,
  eject,
  mayEject,
  observe,
  type Outcome,
  release,
} from "./outlier.ts";
import {
  type ClusterRecord,
  type ClusterVitals,
  type EndpointRecord,
  isEjected,
  newEndpointRecord,
  newVitals,
} from "./records.ts";
import { sweep } from "./sweep.ts";
import { Untold } from "./untold.ts";

/** An endpoint by the names that mean the same in every isolate. */
export interface EndpointName {
  readonly cluster: string;
  readonly origin: string;
}

/** One of this isolate's own ejections. */
export interface Ejection extends EndpointName {
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

/** What a cluster's latency counts as that has failed and never answered well, in milliseconds. */
const UNPROVEN_MS = 1_000;

export class HealthRegistry {
  /** Grows whenever any endpoint's availability changes: shares computed before are stale. */
  epoch = 0;
  /** What requests have under way. */
  readonly inFlight = new InFlight();
  readonly #clusters = new Map<string, ClusterRecord>();
  readonly #ejected = new Map<EndpointRecord, ClusterRecord>();
  /** Clusters whose pools are to be built anew at some time, such as the end of a slow start. */
  readonly #rebuilds = new Map<ClusterRecord, number>();
  #drained: ReadonlySet<string> = new Set();
  readonly #ejections = new Untold<Ejection>();
  readonly #takenOut = new Untold<EndpointName>();
  #nextMs = Infinity;

  /**
   * The record of a cluster with exactly the plan's endpoints; those it had before keep theirs.
   *
   * @param nowMs when endpoints that join a known cluster come into service
   */
  adopt(
    { name, endpoints }: Pick<ClusterPlan, "name" | "endpoints">,
    nowMs: number,
  ): ClusterRecord {
    const before = this.#clusters.get(name);
    const vitals = before?.vitals ?? newVitals(this.#drained.has(name));
    const sinceMs = before === undefined ? -Infinity : nowMs;
    const records = new Map(
      endpoints.map(({ origin }) =>
        [
          origin,
          before?.endpoints.get(origin) ?? newEndpointRecord(origin, vitals, sinceMs),
        ] as const
      ),
    );
    const record: ClusterRecord = { vitals, endpoints: records, epoch: (before?.epoch ?? 0) + 1 };
    for (const endpoint of records.values()) {
      if (this.#ejected.has(endpoint)) this.#ejected.set(endpoint, record);
    }
    if (before !== undefined) this.#forget(before, records);
    this.#clusters.set(name, record);
    this.epoch++;
    return record;
  }

  /** Forgets every cluster that is not in `names`. */
  retain(names: ReadonlySet<string>): void {
    for (const [name, cluster] of this.#clusters) {
      if (names.has(name)) continue;
      this.#clusters.delete(name);
      this.#forget(cluster, new Map());
    }
  }

  /**
   * Counts one try, and ejects the endpoint when that was one failure too many.
   *
   * @param tookMs until the answer's headers, or until they were given up; `null`: it says nothing
   */
  report(
    cluster: ClusterPlan,
    endpoint: EndpointRecord,
    outcome: Outcome,
    nowMs: number,
    tookMs: number | null = null,
  ): void {
    const { vitals } = endpoint;
    vitals.busy = true;
    if (tookMs !== null) endpoint.latencies.add(tookMs);
    const averageMs = vitals.latency?.averageMs ?? UNPROVEN_MS;
    // To fail is no way to be fast: a failure lifts the average, and never lowers it.
    if (outcome !== "success") tookMs = Math.max(tookMs ?? 0, averageMs);
    if (tookMs !== null) vitals.latency = observed(vitals.latency, tookMs, nowMs);
    const plan = cluster.outlier;
    if (plan === null) return;
    // This try belongs to the interval that is running after that.
    this.#endInterval(cluster.name, vitals, plan, nowMs);
    const split = plan.consecutiveLocalOriginErrors !== null;
    const isJudged = judgedByAnswer(outcome, split);
    if (isJudged) countTry(endpoint.counts, outcome);
    const fired = isJudged && observe(endpoint.outlier, outcome, plan);
    const firedLocally = split &&
      observeLocalOrigin(endpoint.localOrigin, outcome, plan.consecutiveLocalOriginErrors);
    if (fired || firedLocally) this.#eject(cluster.name, endpoint, plan, nowMs);
  }

  /** Brings back what is due. Costs two comparisons unless something is. */
  settle(nowMs: number): void {
    this.inFlight.sweep(nowMs);
    if (nowMs < this.#nextMs) return;
    this.#nextMs = Infinity;
    for (const [endpoint, cluster] of this.#ejected) {
      if (release(endpoint.outlier, nowMs)) this.#isBack(endpoint, cluster, nowMs);
      else this.#wakeAt(endpoint.outlier.ejectedUntilMs);
    }
    for (const [cluster, atMs] of this.#rebuilds) {
      if (nowMs < atMs) this.#wakeAt(atMs);
      else {
        this.#rebuilds.delete(cluster);
        this.#changed(cluster);
      }
    }
  }

  /** Has the cluster's pools built anew once `atMs` has come; of several times, the first. */
  rebuildAt(cluster: ClusterRecord, atMs: number): void {
    this.#rebuilds.set(cluster, Math.min(atMs, this.#rebuilds.get(cluster) ?? Infinity));
    this.#wakeAt(atMs);
  }

  /** What active checks make of an endpoint; of one that no policy names any more, nothing. */
  setVerdict(cluster: string, origin: string, verdict: Verdict, nowMs: number): void {
    const record = this.#clusters.get(cluster);
    const endpoint = record?.endpoints.get(origin);
    if (record === undefined || endpoint === undefined || endpoint.verdict === verdict) return;
    if (isOut(endpoint.verdict) && !isOut(verdict)) endpoint.inServiceSinceMs = nowMs;
    endpoint.verdict = verdict;
    this.#changed(record);
  }

  /** Ends an ejection and forgets the failures before it: a check has found the endpoint well. */
  endEjection(cluster: string, origin: string, nowMs: number): void {
    const record = this.#clusters.get(cluster);
    const endpoint = record?.endpoints.get(origin);
    if (record === undefined || endpoint === undefined) return;
    clearFailures(endpoint.outlier);
    endpoint.localOrigin.consecutive = 0;
    if (!isEjected(endpoint)) return;
    comeBack(endpoint.outlier, nowMs);
    this.#isBack(endpoint, record, nowMs);
  }

  /** An endpoint's own word, in the answer to a request, that it is out. */
  takeOut(cluster: string, endpoint: EndpointRecord, nowMs: number): void {
    if (!this.#knows(cluster, endpoint) || endpoint.verdict === "excluded") return;
    this.setVerdict(cluster, endpoint.origin, "excluded", nowMs);
    this.#takenOut.add({ cluster, origin: endpoint.origin });
  }

  /** These clusters, and no others, take no new requests. */
  drain(names: ReadonlySet<string>): void {
    this.#drained = names;
    for (const [name, cluster] of this.#clusters) {
      const draining = names.has(name);
      if (cluster.vitals.draining === draining) continue;
      cluster.vitals.draining = draining;
      this.#changed(cluster);
    }
  }

  isDrained(name: string): boolean {
    return this.#drained.has(name);
  }

  /** Follows an ejection that another member of the fleet made, as far as the cluster's cap allows. */
  ejectShared(
    { name, outlier }: ClusterPlan,
    origin: string,
    sharedUntilMs: number,
    nowMs: number,
  ): void {
    const cluster = this.#clusters.get(name);
    const endpoint = cluster?.endpoints.get(origin);
    if (cluster === undefined || endpoint === undefined || outlier === null) return;
    // Whoever made it may have another policy, or a clock that is ahead.
    const untilMs = Math.min(sharedUntilMs, nowMs + outlier.maxEjectionMs);
    if (endpoint.outlier.ejectedUntilMs >= untilMs) return;
    if (!isEjected(endpoint) && !mayEject(ejectedIn(cluster), cluster.endpoints.size, outlier)) {
      return;
    }
    endpoint.outlier.ejectedUntilMs = untilMs;
    this.#isOut(endpoint, cluster);
  }

  /** Whether there is an ejection, or an endpoint out by its own word, to take. */
  get hasNews(): boolean {
    return !this.#ejections.isEmpty || !this.#takenOut.isEmpty;
  }

  /** This isolate's own ejections since it was last asked. */
  takeEjections(): readonly Ejection[] {
    return this.#ejections.take();
  }

  /** The endpoints that took themselves out, since it was last asked. */
  takeTakenOut(): readonly EndpointName[] {
    return this.#takenOut.take();
  }

  /** Names of the clusters that had requests since it was last asked. */
  takeBusy(): readonly string[] {
    const busy: string[] = [];
    for (const [name, { vitals }] of this.#clusters) {
      if (vitals.busy) busy.push(name);
      vitals.busy = false;
    }
    return busy;
  }

  /** `undefined` for a cluster that no policy has named. */
  cluster(name: string): ClusterRecord | undefined {
    return this.#clusters.get(name);
  }

  /** Outlier detection's sweep, once an interval: endpoints are compared with each other. */
  #endInterval(name: string, vitals: ClusterVitals, plan: OutlierPlan, nowMs: number): void {
    if (plan.successRate === null && plan.failurePercentage === null) return;
    const end = intervalEnd(vitals.intervalStartMs, plan.intervalMs, nowMs);
    if (end === "open") return;
    vitals.intervalStartMs = nowMs;
    const cluster = this.#clusters.get(name);
    // Of a cluster that went and came back, a late report brings the vitals from before.
    if (cluster?.vitals !== vitals) return;
    const endpoints = [...cluster.endpoints.values()];
    const inService = endpoints.filter((endpoint) => !isEjected(endpoint));
    for (const countsOf of KINDS_OF_COUNTS) {
      const outliers = end === "due" ? sweep(inService.map(countsOf), plan) : [];
      for (const at of outliers) this.#eject(name, inService[at]!, plan, nowMs);
      for (const endpoint of endpoints) clearCounts(countsOf(endpoint));
    }
  }

  #eject(name: string, endpoint: EndpointRecord, plan: OutlierPlan, nowMs: number): void {
    if (isEjected(endpoint) || !this.#knows(name, endpoint)) return;
    const cluster = this.#clusters.get(name)!;
    if (!mayEject(ejectedIn(cluster), cluster.endpoints.size, plan)) return;
    eject(endpoint.outlier, plan, nowMs);
    this.#isOut(endpoint, cluster);
    const { origin, outlier } = endpoint;
    this.#ejections.add({ cluster: name, origin, untilMs: outlier.ejectedUntilMs });
  }

  /** A request may outlive the policy that sent it: cluster or endpoint may be gone by now. */
  #knows(cluster: string, endpoint: EndpointRecord): boolean {
    return this.#clusters.get(cluster)?.endpoints.get(endpoint.origin) === endpoint;
  }

  #isOut(endpoint: EndpointRecord, cluster: ClusterRecord): void {
    this.#ejected.set(endpoint, cluster);
    this.#wakeAt(endpoint.outlier.ejectedUntilMs);
    this.#changed(cluster);
  }

  #isBack(endpoint: EndpointRecord, cluster: ClusterRecord, nowMs: number): void {
    this.#ejected.delete(endpoint);
    endpoint.localOrigin.consecutive = 0;
    endpoint.inServiceSinceMs = nowMs;
    this.#changed(cluster);
  }

  /** Endpoints of a record that are not in `kept` are no longer looked after. */
  #forget(cluster: ClusterRecord, kept: ReadonlyMap<string, EndpointRecord>): void {
    this.#rebuilds.delete(cluster);
    for (const [origin, endpoint] of cluster.endpoints) {
      if (!kept.has(origin)) this.#ejected.delete(endpoint);
    }
  }

  #wakeAt(atMs: number): void {
    this.#nextMs = Math.min(this.#nextMs, atMs);
  }

  #changed(cluster: ClusterRecord): void {
    cluster.epoch++;
    this.epoch++;
  }
}

/** Each is compared among endpoints by itself (Envoy); without split local errors the second is empty. */
const KINDS_OF_COUNTS: readonly ((endpoint: EndpointRecord) => IntervalCounts)[] = [
  ({ counts }) => counts,
  ({ localOrigin }) => localOrigin.counts,
];

const isOut = (verdict: Verdict): boolean => verdict === "unhealthy" || verdict === "excluded";

function ejectedIn({ endpoints }: ClusterRecord): number {
  let ejected = 0;
  for (const endpoint of endpoints.values()) if (isEjected(endpoint)) ejected++;
  return ejected;
}
