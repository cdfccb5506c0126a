/** What members have said of themselves lately, where one place hears them all. */
import type { HeardStatus, MemberStatus } from "./port.ts";

/** A member that was not heard of for so long is gone, or asleep; milliseconds. */
export const STATUS_LIFE_MS = 300_000;

/** As many members are remembered at the most; the one that was silent longest makes room. */
export const MOST_MEMBERS = 10_000;

interface Heard {
  readonly status: MemberStatus;
  readonly atMs: number;
}

export class Statuses {
  /** Whoever was heard of last stands last. */
  readonly #heard = new Map<string, Heard>();

  /** @param nowMs milliseconds since the epoch */
  hear(status: MemberStatus, nowMs: number): void {
    this.#heard.delete(status.id);
    this.#heard.set(status.id, { status, atMs: nowMs });
    for (const [id, { atMs }] of this.#heard) {
      if (nowMs - atMs < STATUS_LIFE_MS && this.#heard.size <= MOST_MEMBERS) break;
      this.#heard.delete(id);
    }
  }

  /** Of those who were heard of within `STATUS_LIFE_MS`. */
  all(nowMs: number): readonly HeardStatus[] {
    return [...this.#heard.values()]
      .filter(({ atMs }) => nowMs - atMs < STATUS_LIFE_MS)
      .map(({ status, atMs }) => ({ ...status, seenAt: new Date(atMs).toISOString() }));
  }
}
