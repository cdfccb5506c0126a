/**
 * Which faults a request meets (Envoy's fault filter): a delay, an abort, both
 * or none, each drawn on its own. Trusted callers can ask for a certain fault
 * by headers, never for more than the route's percentages.
 */
import type { FaultPlan } from "../plan/resilience.ts";

/** What a request's headers ask for; `null`: nothing, or nothing understandable. */
export interface FaultWish {
  readonly delayMs: number | null;
  readonly delayPercent: number | null;
  readonly abortStatus: number | null;
  readonly abortPercent: number | null;
}

const NO_WISH: FaultWish = {
  delayMs: null,
  delayPercent: null,
  abortStatus: null,
  abortPercent: null,
};

/**
 * @param header the request's header of a lower-case name, repeated values joined with ","
 * @param trusted whether the caller may steer the gateway; the wishes of others are not read
 */
export function faultWish(header: (name: string) => string | null, trusted: boolean): FaultWish {
  if (!trusted) return NO_WISH;
  return {
    // Nine digits are eleven days: a timer takes no more than 2^31 ms.
    delayMs: number(header("x-envoy-fault-delay-request"), /^\d{1,9}$/),
    delayPercent: number(header("x-envoy-fault-delay-request-percentage"), PERCENT),
    abortStatus: number(header("x-envoy-fault-abort-request"), /^[2-5]\d\d$/),
    abortPercent: number(header("x-envoy-fault-abort-request-percentage"), PERCENT),
  };
}

const PERCENT = /^\d{1,9}(?:\.\d{1,9})?$/;

/** The first of the header's values, if it fits `pattern`. */
function number(values: string | null, pattern: RegExp): number | null {
  const first = values === null ? "" : values.split(",", 1)[0]!.trim();
  return pattern.test(first) ? Number(first) : null;
}

/** Of one request, in this order: first the delay, then the abort. */
export interface InjectedFaults {
  /** 0: none. */
  readonly delayMs: number;
  /** Status to answer with in the upstream's place; `null`: the request goes on. */
  readonly abortStatus: number | null;
}

/** What may happen to one request, and how often. */
export interface FaultChances {
  /** `ms` is 0 where there is nothing to wait for. */
  readonly delay: { readonly percent: number; readonly ms: number };
  /** `status` is `null` where there is nothing to answer. */
  readonly abort: { readonly percent: number; readonly status: number | null };
}

export const faultChances = ({ delay, abort }: FaultPlan, wish: FaultWish): FaultChances => ({
  delay: {
    percent: percentOf(delay, wish.delayMs, wish.delayPercent),
    ms: delay === null ? 0 : wish.delayMs ?? delay.forMs ?? 0,
  },
  abort: {
    percent: percentOf(abort, wish.abortStatus, wish.abortPercent),
    status: abort === null ? null : wish.abortStatus ?? abort.status,
  },
});

/** @param draws each uniform in [0, 1), independent of the other */
export function drawFaults(
  plan: FaultPlan,
  wish: FaultWish,
  draws: { readonly delay: number; readonly abort: number },
): InjectedFaults {
  const { delay, abort } = faultChances(plan, wish);
  return {
    delayMs: 100 * draws.delay < delay.percent ? delay.ms : 0,
    abortStatus: 100 * draws.abort < abort.percent ? abort.status : null,
  };
}

/** A percentage is part of a wish: alone it does nothing, and it can only lower the route's. */
function percentOf(
  fault: { readonly percent: number } | null,
  wished: number | null,
  percent: number | null,
): number {
  if (fault === null) return 0;
  return wished === null ? fault.percent : Math.min(fault.percent, percent ?? 100);
}
