/**
 * The member's side of one cluster's capacity. A request only counts down: a token of the lease, or
 * else of a small allowance. Asking for more happens beside the requests.
 */
import { Demand } from "./demand.ts";
import type { CapacityAllowance, CapacityAsk, CapacityGrant } from "./lease.ts";

/** Before the first answer a member takes the fleet to be this large. */
const UNKNOWN_MEMBERS = 50;
/** While the coordinator can't be reached: this part of an equal share. Others may be getting theirs. */
const ALONE_SHARE = 0.5;
/** An ask without an answer for so long has failed. */
const ANSWER_MS = 1_000;
/** The newest answer's part of the average time to an answer. */
const ANSWER_PART = 0.3;
/** What may pass at once while the coordinator can't be reached, in seconds of that share. */
const ALONE_BURST_SECONDS = 0.1;
const MIN_ASK_MS = 100;
const MAX_BACKOFF_MS = 2_000;
/** Between asks where tokens suffice: half the time between two requests, within these. */
const RENEW_MS = [200, 1_000] as const;
/** A member keeps its tokens for three times the mean time between its requests, within these. */
const KEEP_MS = [1_000, 5_000] as const;

const clamp = (value: number, [min, max]: readonly [number, number]): number =>
  Math.min(max, Math.max(min, value));

export class CapacityGate {
  /**
   * When to call `ask` next, milliseconds since the epoch; `Infinity`: not before the next request.
   * Read it after `admit`, `ask`, `granted` and `failed`.
   */
  dueMs = 0;

  #tokens = 0;
  #lapseMs = -Infinity;
  #debt = 0;
  /** The part of the debt that the ask in flight has told. */
  #reported = 0;
  #allowance: CapacityAllowance;
  /** What the allowance would let through now, as of `#creditMs`. */
  #credit: number;
  #creditMs: number | null = null;

  readonly #demand = new Demand();
  #demandPerSecond = 0;
  #lastRequestMs = -Infinity;
  /** Tokens below which more are asked for, since an answer takes its time. */
  #low = 1;

  /** Of the last ask; 0: none yet. */
  #sequence = 0;
  #sentMs = -Infinity;
  #answerMs = 0;
  #inFlight = false;
  #failures = 0;
  /** Not to ask before this, after failures. */
  #retryMs = 0;
  #askInMs = MIN_ASK_MS;
  #members = UNKNOWN_MEMBERS;

  #ratePerSecond: number;

  /** @param ratePerSecond the cluster's capacity, above 0 */
  constructor(
    readonly cluster: string,
    ratePerSecond: number,
    readonly member: string,
  ) {
    this.#ratePerSecond = ratePerSecond;
    const part = ratePerSecond / UNKNOWN_MEMBERS;
    this.#allowance = {
      requests: Math.max(1, Math.floor(part)),
      everyMs: 1000 / (part * ALONE_SHARE),
    };
    this.#credit = this.#allowance.requests;
  }

  /** A changed capacity holds at once; of what is in hand a smaller one leaves its part. */
  changeRate(ratePerSecond: number): void {
    if (ratePerSecond === this.#ratePerSecond) return;
    const factor = Math.min(1, ratePerSecond / this.#ratePerSecond);
    this.#ratePerSecond = ratePerSecond;
    this.#tokens = Math.floor(this.#tokens * factor);
    const requests = Math.max(1, Math.floor(this.#allowance.requests * factor));
    this.#allowance = { requests, everyMs: this.#allowance.everyMs / factor };
    this.#credit = Math.min(this.#credit, requests);
    // An answer still to come was to the old one.
    this.#inFlight = false;
    this.dueMs = 0;
  }

  /** Whether a request may go to the cluster now. Takes a few additions and no memory. */
  admit(nowMs: number): boolean {
    this.#demand.add(nowMs);
    this.#lastRequestMs = nowMs;
    const admitted = this.#spend(nowMs);
    if (!this.#inFlight) this.dueMs = Math.max(this.#retryMs, this.#sentMs + this.#waitMs());
    return admitted;
  }

  /** What `admit` would say, counting nothing. */
  hasRoom(nowMs: number): boolean {
    return this.#hasToken(nowMs) || this.#accrued(nowMs) >= 1;
  }

  /** @returns `null`: nothing to ask now. What it returns has been sent, as far as the gate knows. */
  ask(nowMs: number): CapacityAsk | null {
    if (nowMs < this.dueMs) return null;
    if (this.#inFlight) {
      this.#fail(nowMs);
      return null;
    }
    if (this.#sequence > 0 && this.#debt === 0 && this.#idle(nowMs)) {
      this.dueMs = Infinity;
      return null;
    }
    if (nowMs >= this.#lapseMs) this.#tokens = 0;
    this.#demandPerSecond = this.#demand.perSecond(nowMs);
    this.#reported = this.#debt;
    // Goes on growing through a restart under the same name, or a capacity that comes and goes.
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(nowMs / MIN_ASK_MS));
    this.#sentMs = nowMs;
    this.#inFlight = true;
    this.dueMs = nowMs + ANSWER_MS;
    return {
      cluster: this.cluster,
      ratePerSecond: this.#ratePerSecond,
      member: this.member,
      sequence: this.#sequence,
      demandPerSecond: this.#demandPerSecond,
      unspent: this.#tokens,
      debt: this.#reported,
    };
  }

  /** Takes the answer to the last ask; one to an earlier ask changes nothing. */
  granted(grant: CapacityGrant, nowMs: number): void {
    if (!this.#inFlight || grant.sequence !== this.#sequence) return;
    this.#inFlight = false;
    this.#failures = 0;
    this.#retryMs = 0;
    this.#answerMs += ANSWER_PART * (nowMs - this.#sentMs - this.#answerMs);
    this.#debt -= this.#reported;
    // The coordinator may have given to others what lapsed on the way.
    if (nowMs >= this.#lapseMs) this.#tokens = 0;
    // What passed without a token since the ask is paid at once, while there is something to pay with.
    const paid = Math.min(this.#debt, grant.tokens);
    this.#debt -= paid;
    this.#tokens += grant.tokens - paid;
    this.#lapseMs = this.#sentMs + grant.forMs;
    this.#members = grant.members;
    this.#askInMs = grant.askInMs;
    this.#low = 1 + this.#demandPerSecond * (this.#answerMs + MIN_ASK_MS) / 1000;
    this.#allow(grant.allowance, nowMs);
    // The allowance is for those without a lease.
    if (this.#tokens > 0) this.#credit = 0;
    this.dueMs = this.#sentMs + this.#waitMs();
  }

  /** The coordinator could not be reached, or has not decided. */
  failed(ask: CapacityAsk, nowMs: number): void {
    if (this.#inFlight && ask.sequence === this.#sequence) this.#fail(nowMs);
  }

  #fail(nowMs: number): void {
    this.#inFlight = false;
    const part = ALONE_SHARE * this.#ratePerSecond / this.#members;
    this.#allow(
      { requests: Math.max(1, Math.floor(part * ALONE_BURST_SECONDS)), everyMs: 1000 / part },
      nowMs,
    );
    this.#retryMs = nowMs + Math.min(MAX_BACKOFF_MS, MIN_ASK_MS * 2 ** this.#failures);
    this.#failures++;
    this.dueMs = this.#retryMs;
  }

  #spend(nowMs: number): boolean {
    if (this.#hasToken(nowMs)) {
      this.#tokens--;
      return true;
    }
    this.#accrue(nowMs);
    if (this.#credit < 1) return false;
    this.#credit--;
    // What passes while the coordinator is away is the member's due; it is no debt.
    if (this.#failures === 0) this.#debt++;
    return true;
  }

  #hasToken(nowMs: number): boolean {
    return this.#tokens > 0 && nowMs < this.#lapseMs;
  }

  /** The credit as it is by now. */
  #accrued(nowMs: number): number {
    const elapsed = Math.max(0, nowMs - (this.#creditMs ?? nowMs));
    const { requests, everyMs } = this.#allowance;
    return Math.min(requests, this.#credit + elapsed / everyMs);
  }

  #accrue(nowMs: number): void {
    this.#credit = this.#accrued(nowMs);
    this.#creditMs = nowMs;
  }

  #allow(allowance: CapacityAllowance, nowMs: number): void {
    this.#accrue(nowMs);
    this.#allowance = allowance;
    this.#credit = Math.min(this.#credit, allowance.requests);
  }

  /** From one ask to the next. */
  #waitMs(): number {
    if (this.#tokens < this.#low || this.#debt > 0) return this.#askInMs;
    return Math.max(this.#askInMs, clamp(500 / this.#demandPerSecond, RENEW_MS));
  }

  #idle(nowMs: number): boolean {
    return nowMs - this.#lastRequestMs > clamp(3000 / this.#demandPerSecond, KEEP_MS);
  }
}
