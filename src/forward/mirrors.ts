/**
 * Copies of a request for other clusters (Envoy request mirroring): sent beside it, never waited
 * for, their answers thrown away.
 */
import { enterFirstTry, leaveFirstTry } from "../health/circuit_breaker.ts";
import type { MemberPlan } from "../plan/plan.ts";
import type { MirrorPlan } from "../plan/resilience.ts";
import { chooseAlone, type Draw } from "../steer/choose.ts";
import type { Body } from "./body.ts";
import { Deadline } from "./deadline.ts";
import type { Forwarding } from "./forwarding.ts";
import { drawMirrors, shadowHost } from "./mirror.ts";
import { sendTo } from "./send_to.ts";

/** A copy goes on when the client has its answer and leaves. */
const NOBODY = { onClientGone: () => (): void => {} } as const;

/**
 * Draws the mirrors that get a copy, and sends it. A body that is not held in memory is not copied:
 * it could only go as fast as its slowest reader.
 *
 * @param member whose header policy the copies go by: the original's
 */
export function sendMirrors(member: MemberPlan, body: Body, forwarding: Forwarding): void {
  if (!body.shareable || forwarding.upgrade) return;
  const { exchange, platform, route } = forwarding;
  for (const mirror of drawMirrors(route.mirrors, () => platform.random())) {
    // Whatever becomes of a copy, it is not the client's matter.
    exchange.later(sendCopy(mirror, member, body, shadowed(forwarding)).catch(() => {}));
  }
}

/** Whoever is told the client's Host can tell a copy by it. */
function shadowed(forwarding: Forwarding): Forwarding {
  const { authority, route } = forwarding;
  const { rewriteHost } = route;
  return {
    ...forwarding,
    authority: shadowHost(authority),
    route: rewriteHost === null ? route : { ...route, rewriteHost: shadowHost(rewriteHost) },
  };
}

/** Its failures count against the mirror's cluster alone; a cluster that is full gets no copy. */
async function sendCopy(
  mirror: MirrorPlan,
  member: MemberPlan,
  body: Body,
  forwarding: Forwarding,
): Promise<void> {
  const { steering, platform, route } = forwarding;
  const draw: Draw = { key: null, random: steering.random, admit: steering.admit };
  const choice = chooseAlone(steering.alone(mirror.cluster), steering.upstreams, draw);
  if (typeof choice === "string") return;
  const { plan: { breaker }, vitals } = choice.cluster;
  if (breaker !== null && enterFirstTry(vitals.breaker, breaker) !== "entered") return;
  forwarding.decision?.mirrored(choice);
  const deadline = new Deadline(route.timeoutMs, 0);
  const nowMs = platform.now();
  deadline.start(nowMs);
  const leave = breaker === null ? null : forwarding.health.inFlight.enter(
    nowMs,
    deadline.atMs,
    () => leaveFirstTry(vitals.breaker),
  );
  const headers = forwarding.headersFor(member);
  try {
    const outgoing = body.open();
    const tried = await sendTo(
      choice,
      { headers, outgoing, body, deadline, client: NOBODY },
      forwarding,
    );
    if (tried.kind === "answer") tried.answer.discard();
  } finally {
    leave?.();
  }
}
