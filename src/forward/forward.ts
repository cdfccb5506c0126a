/**
 * Carries one request upstream: chooses an endpoint, sends, and while it is
 * worth it and allowed, tries again elsewhere. What comes back is an answer to
 * hand on, or a fault.
 */
import { type Fault, fault } from "../model/fault.ts";
import type { BodyDeadline, Exchange, Platform } from "../model/platform.ts";
import { type Choice, choose, chooseNext, type Draw } from "../steer/choose.ts";
import { type Body, bodyOf } from "./body.ts";
import { Deadline } from "./deadline.ts";
import type { Forwarded, Forwarding } from "./forwarding.ts";
import { pause } from "./pause.ts";
import { backoffMs, type TryResult, worthRetrying } from "./retry.ts";
import { sendTo } from "./send_to.ts";
import type { Tried } from "./try.ts";

export async function forward(forwarding: Forwarding): Promise<Forwarded | Fault> {
  const { platform, steering, exchange, route } = forwarding;
  const { retry } = route;
  const body = await readBody(exchange, retry.attempts === 0 ? 0 : retry.maxBodyBytes);
  if (body === null) return gone();

  // Chosen now, not before: the client may have taken its time, and health changed meanwhile.
  const draw: Draw = { key: forwarding.key, random: steering.random };
  const first = choose(route, steering.shares(route), steering.upstreams, draw);
  if (first === null) return fault("no_healthy_upstream", "Every endpoint is out of service.");

  const deadline = new Deadline(route.timeoutMs, body.unseenBytes);
  deadline.start(platform.now());
  body.onWait((waiting) => waiting ? deadline.pause() : deadline.start(platform.now()));

  const choices: Choice[] = [first];
  let headers = forwarding.headersFor(first.member);
  let outgoing = body.open();
  while (true) {
    const choice = choices[choices.length - 1]!;
    const tried = await sendTo(choice, { headers, outgoing, body, deadline }, forwarding);
    if (tried.kind === "client-gone") return gone();

    const waitMs = beforeNext(tried, choices.length, body, deadline, forwarding);
    if (waitMs === null) {
      if (tried.kind !== "answer") return faultOf(tried.kind);
      const limited = route.timeoutMs !== null && tried.answer.status !== 101 && body.received &&
        deadline.atMs < Infinity;
      if (!limited) return { answer: tried.answer, choice, deadline: null };
      const bodyDeadline = { atMs: deadline.atMs, abort: tried.abort };
      const held = tried.answer.hold();
      if (held === null) return { answer: tried.answer, choice, deadline: bodyDeadline };
      const failed = await unlessHeld(held, bodyDeadline, platform);
      return failed ?? { answer: tried.answer, choice, deadline: null };
    }
    // Opened before the wait: from here on, the last try can't take anything from it any more.
    outgoing = body.open();
    if (tried.kind === "answer") tried.answer.discard();
    const isLast = choices.length === retry.attempts;
    const next = chooseNext(route, choices, steering.upstreams, draw, isLast);
    if (next.member !== choice.member) headers = forwarding.headersFor(next.member);
    choices.push(next);
    if (waitMs > 0 && !await pause(waitMs, platform, exchange)) return gone();
  }
}

/** Waits for a small body, for as long as it may take. @returns what went wrong, if anything did */
async function unlessHeld(
  held: Promise<boolean>,
  { atMs, abort }: BodyDeadline,
  platform: Platform,
): Promise<Fault | null> {
  let late = false;
  const cancel = platform.after(Math.max(0, atMs - platform.now()), () => {
    late = true;
    abort();
  });
  const whole = await held;
  cancel();
  return whole ? null : faultOf(late ? "timeout" : "reset");
}

/** How long to wait before one more try, in milliseconds; `null`: there is none. */
function beforeNext(
  tried: Ended,
  tries: number,
  body: Body,
  deadline: Deadline,
  { platform, exchange, route: { retry } }: Forwarding,
): number | null {
  if (tries > retry.attempts) return null;
  const repeatable = body.repeatable || (tried.kind !== "answer" && tried.bodyUntouched);
  if (!repeatable || !worthRetrying(resultOf(tried), exchange.method, retry)) return null;
  const waitMs = backoffMs(retry, tries, platform.random());
  return platform.now() + waitMs < deadline.atMs ? waitMs : null;
}

/** `null` if the client goes away while it sends a body that is read whole. */
async function readBody(exchange: Exchange, keepBytes: number): Promise<Body | null> {
  try {
    return await bodyOf(exchange.body, keepBytes);
  } catch {
    // Only the client's side is read here: whatever failed, there is nobody to answer.
    return null;
  }
}

/** A try that somebody still waits for. */
type Ended = Exclude<Tried, { kind: "client-gone" }>;

const resultOf = (tried: Ended): TryResult =>
  tried.kind === "answer" ? { kind: "answer", status: tried.answer.status } : { kind: tried.kind };

const gone = (): Fault => fault("client_gone", "The client closed the connection.");

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
