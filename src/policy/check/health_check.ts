/** Active health checks: times that don't fit together, headers that can't be sent. */
import type { Path, Report } from "../finding.ts";
import { durationMs } from "../quantity.ts";
import type { PolicyHealthCheck } from "../schema/policy.ts";
import type { View } from "../view.ts";
import { checkNames } from "./headers.ts";
import { checkTime } from "./times.ts";

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

function checkSecrets({ headers = {} }: PolicyHealthCheck, path: Path, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!value.startsWith("secret:") || /^secret:[A-Za-z_][A-Za-z0-9_]*$/.test(value)) continue;
    const message =
      'write secret:NAME with the name of an environment variable: letters, digits and "_"';
    report("badSecret", [...path, name], message);
  }
}
