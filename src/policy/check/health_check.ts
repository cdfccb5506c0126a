/** Active health checks: times that don't fit together, headers that can't be sent. */
import type { Path, Report } from "../finding.ts";
import { durationMs } from "../quantity.ts";
import type { PolicyHealthCheck } from "../schema/policy.ts";
import type { View } from "../view.ts";
import { checkNames } from "./headers.ts";
import { checkTime } from "./times.ts";

/** Five places check on Workers, every process on Deno: together far more often. */
const SHORTEST_MS = 100;

export function checkHealthChecks(view: View, report: Report): void {
  for (const { path, value: { healthCheck } } of view.clusters.values()) {
    if (healthCheck === undefined) continue;
    const at = [...path, "healthCheck"];
    checkTimes(healthCheck, at, report);
    checkSecrets(healthCheck, [...at, "headers"], report);
    checkNames(Object.keys(healthCheck.headers ?? {}), [...at, "headers"], "request", report);
  }
}

function checkTimes(check: PolicyHealthCheck, path: Path, report: Report): void {
  for (const field of ["interval", "timeout", "noTrafficInterval"] as const) {
    checkTime(check[field], [...path, field], report);
  }
  for (const field of ["interval", "noTrafficInterval"] as const) {
    checkNotTooOften(check[field], [...path, field], report);
  }
  // No jitter at all is a choice, so only its length is looked at.
  if (check.jitter && durationMs(check.jitter) > 0) {
    checkTime(check.jitter, [...path, "jitter"], report);
  }
  const { interval = "10s", timeout, noTrafficInterval } = check;
  if (timeout && durationMs(timeout) > durationMs(interval)) {
    const message =
      `a check that hangs takes ${timeout}, longer than the interval (${interval}): make it shorter`;
    report("checkOrder", [...path, "timeout"], message);
  }
  if (noTrafficInterval && durationMs(noTrafficInterval) < durationMs(interval)) {
    const message =
      `${noTrafficInterval} is shorter than interval (${interval}): make it longer, or leave it out`;
    report("checkOrder", [...path, "noTrafficInterval"], message);
  }
}

/** Zero has been reported as such. */
function checkNotTooOften(duration: string | undefined, path: Path, report: Report): void {
  if (duration === undefined || durationMs(duration) === 0) return;
  if (durationMs(duration) >= SHORTEST_MS) return;
  const message =
    `a check every ${duration} from each place would be most of the traffic: at least ${SHORTEST_MS}ms`;
  report("checkTooOften", path, message);
}

function checkSecrets({ headers = {} }: PolicyHealthCheck, path: Path, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!value.startsWith("secret:") || /^secret:[A-Za-z_][A-Za-z0-9_]*$/.test(value)) continue;
    const message =
      'write secret:NAME with the name of an environment variable: letters, digits and "_"';
    report("badSecret", [...path, name], message);
  }
}
