/**
 * The Durable Object that parts one cluster's capacity among the isolates: one object for each
 * cluster, since each may be asked some 400 times a second.
 */
import { type BucketState, grant } from "../../capacity/bucket.ts";
import type { CapacityAsk, CapacityGrant } from "../../capacity/lease.ts";
import { answer } from "./durable_object.ts";

export class CapacityLedger {
  /**
   * In memory alone: an object that nobody asks for a while is put away, and by then all it had
   * granted has lapsed. One that ended otherwise has not, so each begins with an empty bucket.
   */
  #state: BucketState;

  constructor() {
    const nowMs = Date.now();
    this.#state = { baseMs: nowMs, atMs: nowMs, level: 0, members: [] };
  }

  fetch(request: Request): Promise<Response> {
    return answer(request, { "/lease": (ask: CapacityAsk) => this.#lease(ask) });
  }

  #lease(ask: CapacityAsk): CapacityGrant {
    const { state, grant: granted } = grant(this.#state, ask, Date.now());
    this.#state = state;
    return granted;
  }
}
