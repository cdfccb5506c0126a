/** When the fleet has to be told how a member is: at once when that changed, else every so often. */
import type { MemberStatus } from "./port.ts";

export class Teller {
  readonly #everyMs: number;
  /** As it was last told, in JSON. */
  #told: string | null = null;
  #toldMs = -Infinity;

  /** @param everyMs milliseconds after which what has not changed is told again */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** @returns `null`: the fleet knows */
  take(status: MemberStatus, nowMs: number): MemberStatus | null {
    const text = JSON.stringify(status);
    if (text === this.#told && nowMs - this.#toldMs < this.#everyMs) return null;
    this.#told = text;
    this.#toldMs = nowMs;
    return status;
  }

  /** What was taken last did not arrive. */
  failed(): void {
    this.#told = null;
  }
}
