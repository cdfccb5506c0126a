/** Makes one request meet the faults of its route, before anything of it goes upstream. */
import type { FaultPlan } from "../plan/resilience.ts";
import { drawFaults, faultWish } from "./fault_injection.ts";

export interface Victim {
  /** A header's values joined with ","; `null` if absent. `name` is in lower case. */
  readonly header: (name: string) => string | null;
  /** Whether a trusted proxy sent the request: the wishes of others are not read. */
  readonly trusted: boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Waits for so many milliseconds. @returns whether the client is still there */
  readonly pause: (ms: number) => Promise<boolean>;
}

/** What becomes of the request. `abortStatus`, 200 to 599, is answered in the upstream's place. */
export type Injected = "go-on" | "client-gone" | { readonly abortStatus: number };

/** First the delay, then the abort (Envoy), each drawn on its own. */
export async function injectFaults(plan: FaultPlan, victim: Victim): Promise<Injected> {
  const { header, trusted, random, pause } = victim;
  const draws = { delay: random(), abort: random() };
  const { delayMs, abortStatus } = drawFaults(plan, faultWish(header, trusted), draws);
  if (delayMs > 0 && !await pause(delayMs)) return "client-gone";
  return abortStatus === null ? "go-on" : { abortStatus };
}
