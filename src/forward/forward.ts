/**
 * Carries one request upstream: chooses an endpoint, sends, and while it is
 * worth it and allowed, tries again elsewhere. What comes back is an answer to
 * hand on, or a fault.
 */
import { type Outcome, outcomeOf } from "../health/outlier.ts";
import type { HealthRegistry } from "../health/registry.ts";
import { type Fault, fault } from "../model/fault.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { Answer, BodyDeadline, Exchange, Platform } from "../model/platform.ts";
import type { ForwardPlan, MemberPlan } from "../plan/plan.ts";
import { type Choice, choose, chooseNext, type Draw } from "../steer/choose.ts";
import type { Steering } from "../steer/steering.ts";
import { type Body, bodyOf } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { backoffMs, isIdempotent, worthRetrying } from "./retry.ts";
import { type Tried, tryOnce } from "./try.ts";

export interface Forwarding {
  readonly platform: Platform;
  readonly steering: Steering;
  readonly health: HealthRegistry;
  readonly exchange: Exchange;
  readonly route: ForwardPlan;
  /** 32-bit hash of the sticky key; `null`: by chance. */
  readonly key: number | null;
  /** Path and query as the upstream gets them. */
  readonly target: string;
  /** Host to send where the cluster preserves the client's. */
  readonly authority: string;
  readonly upgrade: boolean;
  /** The request's headers for a member of the split. */
  readonly headersFor: (member: MemberPlan) => MutableHeaders;
}

export interface Forwarded {
  readonly answer: Answer;
  readonly choice: Choice;
  readonly deadline: BodyDeadline | null;
}

export async function forward(forwarding: Forwarding): Promise<Forwarded | Fault> {
  const { platform, steering, exchange, route } = forwarding;
  const { retry } = route;
  const draw: Draw = { key: forwarding.key, random: steering.random };
  const first = choose(route, steering.shares(route), steering.upstreams, draw);
  if (first === null) return fault("no_healthy_upstream", "Every endpoint is out of service.");

  const body = await readBody(exchange, retry.attempts === 0 ? 0 : retry.maxBodyBytes);
  if (body === null) return gone();
  const deadline = new Deadline(route.timeoutMs, body.unseenBytes);
  if (body.received === null) deadline.start(platform.now());
  else body.received.then(() => deadline.start(platform.now()));

  const choices: Choice[] = [first];
  let headers = forwarding.headersFor(first.member);
  while (true) {
    const choice = choices[choices.length - 1]!;
    const tried = await sendTo(choice, headers, forwarding, body, deadline);
    if (tried.kind === "client-gone") return gone();

    const triesLeft = retry.attempts + 1 - choices.length;
    const repeatable = body.repeatable || (tried.kind !== "answer" && tried.bodyUntouched);
    const again = triesLeft > 0 && repeatable && platform.now() < deadline.atMs &&
      worthRetrying(resultOf(tried), exchange.method, retry);
    if (!again) {
      if (tried.kind !== "answer") return faultOf(tried.kind);
      const limited = route.timeoutMs !== null && tried.answer.status !== 101;
      const bodyDeadline = limited ? { atMs: deadline.atMs, abort: tried.abort } : null;
      return { answer: tried.answer, choice, deadline: bodyDeadline };
    }
    if (tried.kind === "answer") tried.answer.discard();
    const next = chooseNext(route, choices, steering.upstreams, draw, triesLeft === 1);
    if (next.member !== choice.member) headers = forwarding.headersFor(next.member);
    choices.push(next);
    const waitMs = backoffMs(retry, choices.length - 1, platform.random());
    if (waitMs > 0) await new Promise<void>((resolve) => platform.after(waitMs, resolve));
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

async function sendTo(
  { cluster, endpoint }: Choice,
  headers: MutableHeaders,
  forwarding: Forwarding,
  body: Body,
  deadline: Deadline,
): Promise<Tried> {
  const { platform, health, exchange, route, authority } = forwarding;
  const { host, timeoutMs, binding } = cluster.plan;
  const { record } = endpoint;
  record.active++;
  const tried = await tryOnce({
    url: endpoint.plan.origin + forwarding.target,
    method: exchange.method,
    headers,
    host: route.rewriteHost ??
      (host === "upstream" ? null : host === "preserve" ? authority : host.name),
    binding,
    upgrade: forwarding.upgrade,
    idempotent: isIdempotent(exchange.method),
  }, {
    platform,
    exchange,
    body,
    deadline,
    limitMs: Math.min(route.retry.perTryTimeoutMs ?? Infinity, timeoutMs ?? Infinity),
  });
  record.active--;
  if (tried.kind !== "client-gone") {
    const outcome: Outcome = tried.kind === "answer" ? outcomeOf(tried.answer.status) : "no-answer";
    health.report(cluster.plan, record, outcome, platform.now());
  }
  return tried;
}

const resultOf = (tried: Exclude<Tried, { kind: "client-gone" }>): Parameters<
  typeof worthRetrying
>[0] =>
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
