/** A request's decision, for people. */
import type { Chosen, DecidedAttempt, Decision, DrawnBy } from "../decision/decision.ts";
import { type Colors, printable } from "./output.ts";
import { percent, table } from "./table.ts";

/** One request as it was made, and the status of its answer. */
export interface Traced {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly decision: Decision;
}

export function decisionLines(
  { method, url, status, decision }: Traced,
  colors: Colors,
): string[] {
  const { route, shares, chosen, newCookie, full, panic, fault, attempts = [], mirrors } = decision;
  const waited = fault?.delayMs === undefined ? [] : [`waited ${fault.delayMs} ms`];
  const aborted = fault?.abortStatus === undefined ? [] : [`answered ${fault.abortStatus}`];
  const said = [
    `${method} ${url}`,
    summary(status, decision),
    route === null ? "No route took it." : `Route ${route} took it.`,
    ...(shares === undefined ? [] : [`Shares: ${sharesInWords(shares)}.`]),
    ...(chosen === undefined ? [] : [chosenInWords(chosen)]),
    ...(newCookie ? ["The caller had no sticky cookie yet, and got one."] : []),
    ...listed("No capacity left", full),
    ...listed("In panic, so that health was ignored", panic),
    ...listed("Injected by the route's fault", [...waited, ...aborted]),
    ...listed("Copied to", mirrors),
  ].map(printable);
  return [
    ...said,
    ...(attempts.length === 0 ? [] : ["", colors.bold("Tries"), ...attemptLines(attempts)]),
    ...(decision.noRetry === undefined ? [] : [NO_RETRY[decision.noRetry]]),
    ...(decision.cut ? ["Some of it was left out: a header has only so much room."] : []),
  ];
}

const NO_RETRY: Readonly<Record<NonNullable<Decision["noRetry"]>, string>> = {
  capacity: "No further try: no cluster had capacity left.",
  time: "No further try: there was no time left for one.",
  circuit_open: "No further try: the circuit breaker had no room for one.",
};

/** `200 from dc/1 in 12 ms, by the policy 0123456789ab`. */
function summary(status: number, { answered, attempts = [], totalMs, revision }: Decision): string {
  const last = attempts.findLast(({ outcome }) => outcome === status);
  const by = answered !== "upstream"
    ? ` by the gateway (${answered})`
    : last === undefined
    ? ""
    : ` from ${last.cluster}/${last.endpoint}`;
  const policy = revision === null ? "without a policy" : `by the policy ${revision}`;
  return `${status}${by} in ${totalMs} ms, ${policy}`;
}

const sharesInWords = (shares: NonNullable<Decision["shares"]>): string =>
  Object.entries(shares).map(([name, share]) => `${name} ${percent(share)}`).join(", ") || "none";

const HOW: Readonly<Record<DrawnBy, string>> = {
  only: "the route's only cluster",
  weight: "drawn by weight",
  sticky: "by the caller's sticky key",
  nearest: "the nearest",
  fastest: "the fastest",
  exploring: "to see how fast it is",
};

function chosenInWords({ member, by, cluster, moved }: Chosen): string {
  const went = moved === "failover"
    ? `; it went on to ${cluster}, for want of health (failover)`
    : moved === "capacity"
    ? `; it went on to ${cluster}, for want of capacity`
    : "";
  return `Chosen: ${member}, ${HOW[by] ?? by}${went}.`;
}

const listed = (what: string, items: readonly string[] = []): string[] =>
  items.length === 0 ? [] : [`${what}: ${items.join(", ")}.`];

const attemptLines = (attempts: readonly DecidedAttempt[]): string[] =>
  table(
    attempts.map((attempt, i) =>
      [`  ${i + 1}`, ...attemptInWords(attempt)].map((text) => ({ text: printable(text) }))
    ),
    { right: [0, 3, 4] },
  );

function attemptInWords(
  { cluster, endpoint, cause, of, waitMs, atMs, tookMs, outcome }: DecidedAttempt,
): readonly string[] {
  const why = cause === "first" ? cause : `${cause} of ${of}`;
  return [
    `${cluster}/${endpoint}`,
    waitMs === undefined ? why : `${why}, after ${waitMs} ms`,
    atMs === undefined ? "" : `at ${atMs} ms`,
    tookMs === undefined ? "" : `${tookMs} ms`,
    String(outcome),
  ];
}
