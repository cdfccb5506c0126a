/**
 * Carries one request upstream: chooses an endpoint, sends, and while it is
 * worth it and allowed, tries again elsewhere. What comes back is an answer to
 * hand on, or a fault.
 */
import { type Fault, isFault } from "../model/fault.ts";
import type { Exchange } from "../model/platform.ts";
import { type Attempt, Attempts } from "./attempts.ts";
import { type Body, bodyOf } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { finish, gone } from "./finish.ts";
import type { Forwarded, Forwarding } from "./forwarding.ts";
import { hedgedTries } from "./hedged.ts";
import { sendMirrors } from "./mirrors.ts";
import { pause } from "./pause.ts";
import { mayRepeat } from "./retry.ts";

export async function forward(forwarding: Forwarding): Promise<Forwarded | Fault> {
  const { platform, exchange, route } = forwarding;
  const { retry, hedge, mirrors } = route;
  const isKept = retry.attempts > 0 || mirrors.length > 0;
  const body = await readBody(exchange, isKept ? retry.maxBodyBytes : 0);
  if (body === null) return gone();

  const deadline = new Deadline(route.timeoutMs, body.unseenBytes);
  deadline.start(platform.now());
  // Chosen now, not before: the client may have taken its time, and health changed meanwhile.
  const attempts = new Attempts(forwarding, body, deadline);
  const first = attempts.first();
  if (isFault(first)) return first;
  body.onWait((waiting) => waiting ? deadline.pause() : deadline.start(platform.now()));

  if (mirrors.length > 0) sendMirrors(first.choice.member, body, forwarding);
  const hedges = hedge !== null && body.shareable && !forwarding.upgrade &&
    mayRepeat(exchange.method, retry);
  return hedges ? await hedgedTries(first, attempts, hedge) : await inTurn(first, attempts);
}

async function inTurn(first: Attempt, attempts: Attempts): Promise<Forwarded | Fault> {
  const { body, forwarding } = attempts;
  const { platform, exchange, route } = forwarding;
  let attempt = first;
  let outgoing = body.open();
  for (let tries = 1;; tries++) {
    const tried = await attempts.send(attempt, outgoing);
    attempt.leave();
    if (tried.kind === "given-up") return gone();
    const isLast = tries > route.retry.attempts;
    const next = isLast || !attempts.isRetriable(tried) ? null : attempts.next(tried);
    if (next === null) return await finish(tried, attempt.choice, attempts);
    // Opened before the wait: from here on, the last try can't take anything from it any more.
    outgoing = body.open();
    if (tried.kind === "answer") tried.answer.discard();
    if (next.waitMs > 0 && !await pause(next.waitMs, platform, exchange)) {
      next.leave();
      return gone();
    }
    attempt = next;
  }
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
