/** Buckets in memory: one coordinator's, or those of an isolate that has no one to ask. */
import { type BucketState, grant } from "./bucket.ts";
import type { CapacityAsk, CapacityGrant } from "./lease.ts";

export class Ledger {
  readonly #buckets = new Map<string, BucketState>();

  /** @param nowMs milliseconds since the epoch */
  lease(ask: CapacityAsk, nowMs: number): CapacityGrant {
    const decided = grant(this.#buckets.get(ask.cluster) ?? null, ask, nowMs);
    this.#buckets.set(ask.cluster, decided.state);
    return decided.grant;
  }
}
