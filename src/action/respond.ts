/** Answers with what the policy says, without any upstream. */
import type { RespondPlan } from "../plan/plan.ts";

/** Statuses that never have a body (RFC 9110 §15.3.5, §15.3.6, §15.4.5). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** A body is plain text unless the policy names another type; HEAD gets the same headers without it. */
export function respond(plan: RespondPlan, method: string): Response {
  const headers = new Headers();
  for (const [name, value] of plan.headers) headers.append(name, value);
  const body = bodiless.has(plan.status) ? null : plan.body;
  if (body !== null && !headers.has("content-type")) {
    headers.set("content-type", "text/plain; charset=utf-8");
  }
  return new Response(method === "HEAD" ? null : body, { status: plan.status, headers });
}
