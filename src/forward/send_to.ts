/** One request to the chosen endpoint: what is sent there, and what that says of its health. */
import { saysOut } from "../health/active_check.ts";
import { outcomeOf } from "../health/outlier.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { Exchange, OutgoingBody } from "../model/platform.ts";
import type { ClusterPlan } from "../plan/plan.ts";
import type { Choice } from "../steer/choose.ts";
import type { Body } from "./body.ts";
import { type Deadline, uploadMs } from "./deadline.ts";
import type { Forwarding } from "./forwarding.ts";
import { mayRepeat } from "./retry.ts";
import { type Tried, tryOnce } from "./try.ts";

export interface Outgoing {
  readonly headers: MutableHeaders;
  readonly outgoing: OutgoingBody | null;
  readonly body: Body;
  readonly deadline: Deadline;
  /** Whose going ends the try. */
  readonly client: Pick<Exchange, "onClientGone">;
  /** Takes what gives the try up, where somebody may want to. */
  readonly onStart?: (giveUp: () => void) => void;
}

/** Tries one endpoint, and lets its health record know how that went. */
export async function sendTo(
  { cluster, endpoint }: Pick<Choice, "cluster" | "endpoint">,
  { headers, outgoing, body, deadline, client, onStart }: Outgoing,
  forwarding: Forwarding,
): Promise<Tried> {
  const { platform, health, exchange, route } = forwarding;
  const { record } = endpoint;
  const request = {
    url: endpoint.plan.origin + forwarding.target,
    method: exchange.method,
    headers,
    body: outgoing,
    host: hostFor(cluster.plan, forwarding),
    binding: cluster.plan.binding,
    upgrade: forwarding.upgrade,
    idempotent: mayRepeat(exchange.method, route.retry),
  };
  const limitMs = Math.min(
    route.retry.perTryTimeoutMs ?? Infinity,
    cluster.plan.timeoutMs ?? Infinity,
    route.idleTimeoutMs ?? Infinity,
  ) + uploadMs(body.unseenBytes);
  const startedMs = platform.now();
  record.active++;
  const leave = health.inFlight.enter(
    startedMs,
    Math.min(startedMs + limitMs, deadline.atMs),
    () => record.active--,
  );
  try {
    const tried = await tryOnce(request, {
      platform,
      client,
      body,
      deadline,
      limitMs,
      onStart: onStart ?? null,
    });
    if (tried.kind === "given-up") return tried;
    // Nobody saw whose time it was: a client that stops sending must not take an endpoint out.
    if (tried.kind === "timeout" && body.unseenBytes > 0) return tried;
    const nowMs = platform.now();
    // A wall clock may be set back meanwhile.
    const tookMs = Math.max(0, nowMs - startedMs);
    // What streams through takes its client's time too.
    const latencyMs = body.shareable ? tookMs : null;
    if (tried.kind !== "answer") {
      // Who lets the time pass is at least so slow; who refuses says nothing of how fast it is.
      const slowMs = tried.kind === "timeout" ? latencyMs : null;
      health.report(cluster.plan, record, "no-answer", nowMs, slowMs);
      return tried;
    }
    const { answer } = tried;
    health.report(cluster.plan, record, outcomeOf(answer.status), nowMs, latencyMs);
    if (cluster.plan.healthCheck !== null && saysOut((name) => answer.header(name))) {
      health.takeOut(cluster.plan.name, record, nowMs);
    }
    return tried;
  } finally {
    leave();
  }
}

/** The Host to send; `null`: the endpoint's own. */
export function hostFor(
  { host }: ClusterPlan,
  { route, authority }: Pick<Forwarding, "route" | "authority">,
): string | null {
  if (route.rewriteHost !== null) return route.rewriteHost;
  return host === "upstream" ? null : host === "preserve" ? authority : host.name;
}
