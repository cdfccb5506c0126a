/** One request to the chosen endpoint: what is sent there, and what that says of its health. */
import { outcomeOf } from "../health/outlier.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { OutgoingBody } from "../model/platform.ts";
import type { Choice } from "../steer/choose.ts";
import type { Body } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import type { Forwarding } from "./forwarding.ts";
import { isIdempotent } from "./retry.ts";
import { type Tried, tryOnce } from "./try.ts";

export interface Outgoing {
  readonly headers: MutableHeaders;
  readonly outgoing: OutgoingBody | null;
  readonly body: Body;
  readonly deadline: Deadline;
}

/** Tries one endpoint, and lets its health record know how that went. */
export async function sendTo(
  { cluster, endpoint }: Choice,
  { headers, outgoing, body, deadline }: Outgoing,
  forwarding: Forwarding,
): Promise<Tried> {
  const { platform, health, exchange, route, authority } = forwarding;
  const { host, timeoutMs, binding } = cluster.plan;
  const { record } = endpoint;
  const request = {
    url: endpoint.plan.origin + forwarding.target,
    method: exchange.method,
    headers,
    body: outgoing,
    host: route.rewriteHost ??
      (host === "upstream" ? null : host === "preserve" ? authority : host.name),
    binding,
    upgrade: forwarding.upgrade,
    idempotent: isIdempotent(exchange.method),
  };
  const limitMs = Math.min(route.retry.perTryTimeoutMs ?? Infinity, timeoutMs ?? Infinity);
  record.active++;
  try {
    const tried = await tryOnce(request, { platform, exchange, body, deadline, limitMs });
    if (tried.kind !== "client-gone") {
      const outcome = tried.kind === "answer" ? outcomeOf(tried.answer.status) : "no-answer";
      health.report(cluster.plan, record, outcome, platform.now());
    }
    return tried;
  } finally {
    record.active--;
  }
}
