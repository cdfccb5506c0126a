/** Keeps an isolate in touch with the fleet: all of it happens behind requests. */
import type { FleetMember } from "../../fleet/member.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Context } from "./env.ts";
import type { DurableFleetStore } from "./fleet_store.ts";

export interface FleetLinkOptions {
  readonly member: FleetMember;
  /** `null`: this isolate is alone. */
  readonly store: DurableFleetStore | null;
  /** The plan in force; `null`: none. */
  readonly plan: () => Plan | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What runs behind a response is ended some 30 s after it; a watch ends by itself before. Milliseconds. */
const WATCH_MS = 25_000;

/**
 * A request begins a watch of its own if the last one began so long ago, in milliseconds: so there
 * is one under way for at least 15 s after each request.
 */
const WATCH_AGAIN_MS = 10_000;

/** After a watch that ended before its time, the next one waits so long, in milliseconds. */
const WATCH_ENDED_MS = 1_000;

export class FleetLink {
  readonly #options: FleetLinkOptions;
  #told: Plan | null = null;
  #watchDueMs = -Infinity;

  constructor(options: FleetLinkOptions) {
    this.#options = options;
  }

  /** Does what is due behind the request that `context` is of. */
  behind(context: Context): void {
    const { member, store, plan, now } = this.#options;
    const nowMs = now();
    const active = plan();
    if (member.due(nowMs) || member.hasNews || active !== this.#told) {
      this.#told = active;
      context.waitUntil(member.sync());
    }
    if (member.leaseDue(nowMs)) context.waitUntil(member.lease());
    if (store === null || nowMs < this.#watchDueMs) return;
    this.#watchDueMs = nowMs + WATCH_AGAIN_MS;
    context.waitUntil(this.#watch(store, context));
  }

  /** Does what the request itself gave cause to, once it has been answered. */
  after(context: Context): void {
    if (this.#options.member.hasNews) context.waitUntil(this.#options.member.sync());
  }

  async #watch(store: DurableFleetStore, context: Context): Promise<void> {
    const { member, now } = this.#options;
    const onChange = (): void => context.waitUntil(member.sync());
    await store.watch(onChange, AbortSignal.timeout(WATCH_MS));
    this.#watchDueMs = Math.min(this.#watchDueMs, now() + WATCH_ENDED_MS);
  }
}
