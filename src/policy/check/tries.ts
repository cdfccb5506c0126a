/** Retries and hedges: methods that make no difference, hedges that never start. */
import type { Path, Report } from "../finding.ts";
import { durationMs } from "../quantity.ts";
import type { PolicyDefaults, PolicyHedge, PolicyRetry, PolicyRoute } from "../schema/policy.ts";
import type { Part, View } from "../view.ts";
import { entries } from "./paths.ts";
import { checkTime } from "./times.ts";

/** RFC 9110 §9.2.2. */
export const idempotent: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
]);

export function checkTries(view: View, report: Report): void {
  const { defaults } = view;
  checkMethods(defaults.retry, ["defaults", "retry"], report);
  if (defaults.hedge) checkHedge(defaults.hedge, defaults, ["defaults", "hedge"], report);
  for (const { path, value } of view.routes) {
    checkMethods(value.retry, [...path, "retry"], report);
    // A route that says less than the defaults' hedge needs means that it is not to hedge.
    if (!value.hedge) continue;
    const effective = { ...defaults, ...value, retry: { ...defaults.retry, ...value.retry } };
    checkHedge(value.hedge, effective, [...path, "hedge"], report);
    checkHedgedMethods({ path, value }, effective.retry, report);
  }
}

function checkMethods(retry: PolicyRetry | undefined, path: Path, report: Report): void {
  retry?.methods?.forEach((method, index) => {
    if (!idempotent.has(method)) return;
    const message = `${method} is idempotent and sent again anyway: list only others, such as POST`;
    report("alreadyIdempotent", [...path, "methods", index], message);
  });
}

/** @param around the timeouts and retries that hold where the hedge does */
function checkHedge(
  { after }: PolicyHedge,
  { timeout, retry }: Pick<PolicyDefaults, "timeout" | "retry">,
  path: Path,
  report: Report,
): void {
  checkTime(after, [...path, "after"], report);
  if (retry?.attempts === 0) {
    const message = "a hedge is a retry that starts early, and attempts is 0: set it to 1 or more";
    report("hedgeWithoutRetries", path, message, "key");
  }
  for (const [name, limit] of [["timeout", timeout], ["perTryTimeout", retry?.perTryTimeout]]) {
    if (limit === undefined || durationMs(limit) === 0) continue;
    if (durationMs(after) < durationMs(limit)) continue;
    const message = `after (${after}) must be shorter than ${name} (${limit}), which ends the try`;
    return report("hedgeOrder", [...path, "after"], message);
  }
}

function checkHedgedMethods(
  route: Pick<Part<PolicyRoute>, "path" | "value">,
  retry: PolicyRetry,
  report: Report,
): void {
  if (!isNeverRepeated(route, retry)) return;
  const message =
    "none of the route's methods may be sent twice: list in retry.methods those that may";
  report("hedgeNotIdempotent", [...route.path, "hedge"], message, "key");
}

/** Whether the route takes only methods that may not be carried out twice. */
export function isNeverRepeated(
  route: Pick<Part<PolicyRoute>, "path" | "value">,
  { methods }: PolicyRetry,
): boolean {
  const matches = entries(route);
  const may = (method: string): boolean =>
    idempotent.has(method) || (methods?.includes(method) ?? false);
  return matches.length > 0 &&
    matches.every(({ entry: { method } }) => method !== undefined && ![method].flat().some(may));
}
