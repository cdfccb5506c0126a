/** Carries what the fleet knows into this isolate's health registry. */
import type { Verdict } from "../health/active_check.ts";
import type { EndpointName, HealthRegistry } from "../health/registry.ts";
import type { Plan } from "../plan/plan.ts";
import { keyOf } from "./endpoint_key.ts";
import type { FleetState, SharedEjection, SharedVerdict } from "./port.ts";

export interface FollowerOptions {
  readonly registry: HealthRegistry;
  /** The plan in force; `null`: none. */
  readonly plan: () => Plan | null;
  /** What this isolate's own checks say of an endpoint; "unknown": nothing. It wins over the fleet's word. */
  readonly ownVerdict: (cluster: string, origin: string) => Verdict;
}

interface Known {
  readonly ejection: SharedEjection;
  /** It stood in the fleet's state: should it go from there, it was taken back. */
  readonly shared: boolean;
}

/**
 * How long the fleet may take to hear that an endpoint took itself out, in milliseconds: a verdict
 * from before must not bring it back.
 */
const OUT_HERE_MS = 5_000;

export class Follower {
  readonly #options: FollowerOptions;
  /** Until when the fleet's good word for an endpoint may be an old one. */
  readonly #outHere = new Map<string, number>();
  /** Ejections that were made or followed here and are not over, by endpoint. */
  #ejections = new Map<string, Known>();
  #verdicts: FleetState["verdicts"] = [];

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Remembers this isolate's own ejections: they come back from the fleet, and are no news then. */
  made(ejections: readonly SharedEjection[]): void {
    for (const ejection of ejections) {
      this.#ejections.set(keyOf(ejection), { ejection, shared: false });
    }
  }

  /** Remembers the endpoints that took themselves out in answers to this isolate's requests. */
  tookOut(endpoints: readonly EndpointName[], nowMs: number): void {
    for (const endpoint of endpoints) this.#outHere.set(keyOf(endpoint), nowMs + OUT_HERE_MS);
  }

  /**
   * Follows the state, as far as the registry knows its endpoints. To be called again with a state
   * that has not changed: a new policy may have brought endpoints that were unknown before.
   */
  apply(state: FleetState, nowMs: number): void {
    this.#options.registry.drain(new Set(state.drained));
    this.#applyEjections(state.ejections, nowMs);
    this.#applyVerdicts(state.verdicts, nowMs);
  }

  #applyEjections(ejections: readonly SharedEjection[], nowMs: number): void {
    const { registry } = this.#options;
    const running = new Map(ejections.map((one) => [keyOf(one), one] as const));
    for (const [key, { ejection: { cluster, origin, untilMs }, shared }] of this.#ejections) {
      const isOver = untilMs <= nowMs;
      const isTakenBack = shared && !running.has(key);
      if (isOver || isTakenBack) this.#ejections.delete(key);
      if (isTakenBack && !isOver) registry.endEjection(cluster, origin, nowMs);
    }
    for (const [key, ejection] of running) {
      if (ejection.untilMs <= nowMs) continue;
      const isKnown = this.#ejections.get(key)?.ejection.untilMs === ejection.untilMs;
      if (isKnown || this.#follow(ejection, nowMs)) {
        this.#ejections.set(key, { ejection, shared: true });
      }
    }
  }

  /** @returns whether this isolate knows the endpoint, so far */
  #follow({ cluster: name, origin, untilMs }: SharedEjection, nowMs: number): boolean {
    const { registry, plan } = this.#options;
    const cluster = plan()?.clusters.find((cluster) => cluster.name === name);
    const isKnown = registry.cluster(name)?.endpoints.has(origin) ?? false;
    if (cluster === undefined || !isKnown) return false;
    registry.ejectShared(cluster, origin, untilMs, nowMs);
    return true;
  }

  #applyVerdicts(verdicts: FleetState["verdicts"], nowMs: number): void {
    const { registry, ownVerdict } = this.#options;
    const spoken = new Set(verdicts.map(keyOf));
    const silent = this.#verdicts.filter((one) => !spoken.has(keyOf(one)))
      .map((one) => ({ ...one, verdict: "unknown" as const }));
    for (const { cluster, origin, verdict } of [...silent, ...verdicts]) {
      if (ownVerdict(cluster, origin) !== "unknown") continue;
      if (this.#mayBeOld({ cluster, origin, verdict }, nowMs)) continue;
      registry.setVerdict(cluster, origin, verdict, nowMs);
    }
    this.#verdicts = verdicts;
  }

  #mayBeOld(said: SharedVerdict, nowMs: number): boolean {
    const untilMs = this.#outHere.get(keyOf(said));
    if (untilMs === undefined) return false;
    const isHeard = said.verdict === "excluded" || said.verdict === "unhealthy";
    if (!isHeard && nowMs < untilMs) return true;
    this.#outHere.delete(keyOf(said));
    return false;
  }
}
