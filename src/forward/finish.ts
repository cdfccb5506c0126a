/** What the client gets of the last try: its answer, within the time that is left, or a fault. */
import { type Fault, fault } from "../model/fault.ts";
import type { Answer, BodyDeadline, Platform } from "../model/platform.ts";
import type { Choice } from "../steer/choose.ts";
import type { Attempts, Ended } from "./attempts.ts";
import { LONGEST_TIMER_MS } from "./deadline.ts";
import type { Forwarded } from "./forwarding.ts";

export async function finish(
  tried: Ended,
  choice: Choice,
  { body, deadline, forwarding }: Attempts,
): Promise<Forwarded | Fault> {
  if (tried.kind !== "answer") return faultOf(tried.kind);
  const { route, platform } = forwarding;
  const { answer, abort } = tried;
  const timed = route.timeoutMs !== null && body.received;
  const atMs = timed ? deadline.atMs : Infinity;
  const silentMs = route.idleTimeoutMs ?? Infinity;
  const idleMs = silentMs > LONGEST_TIMER_MS ? Infinity : silentMs;
  if (answer.status === 101 || (atMs === Infinity && idleMs === Infinity)) {
    return { answer, choice, deadline: null };
  }
  const bodyDeadline = { atMs, idleMs, abort };
  const failed = await unlessHeld(answer, bodyDeadline, platform);
  if (failed === "not-held") return { answer, choice, deadline: bodyDeadline };
  return failed ?? { answer, choice, deadline: null };
}

/**
 * Waits for a small body, for as long as it may take.
 *
 * @returns what went wrong; `null`: nothing did
 */
async function unlessHeld(
  answer: Answer,
  { atMs, idleMs, abort }: BodyDeadline,
  platform: Platform,
): Promise<Fault | "not-held" | null> {
  let late = false;
  let cancel = (): void => {};
  const end = (): void => {
    late = true;
    abort();
  };
  const wait = (): void => {
    cancel();
    cancel = platform.after(Math.min(Math.max(0, atMs - platform.now()), idleMs), end);
  };
  const held = answer.hold(idleMs === Infinity ? null : wait);
  if (held === null) return "not-held";
  wait();
  const whole = await held;
  cancel();
  return whole ? null : faultOf(late ? "timeout" : "reset");
}

export const gone = (): Fault => fault("client_gone", "The client closed the connection.");

function faultOf(kind: "connect-failure" | "reset" | "timeout"): Fault {
  switch (kind) {
    case "connect-failure":
      return fault("upstream_connect_failed", "No connection to the upstream could be made.");
    case "reset":
      return fault("upstream_reset", "The upstream closed the connection without an answer.");
    case "timeout":
      return fault("upstream_timeout", "The upstream took longer than the policy allows.");
  }
}
