/** Durations and sizes that must stand in some order, or can't be zero. */
import type { Path, Report } from "../finding.ts";
import { durationMs, sizeBytes } from "../quantity.ts";
import type { PolicyOutlierDetection, PolicyRetry } from "../schema/policy.ts";
import type { View } from "../view.ts";

const MAX_BODY_BYTES = 8 * 1024 * 1024;

export function checkTimes(view: View, report: Report): void {
  for (const { path, value } of view.clusters.values()) {
    if (value.outlierDetection) {
      checkOutlier(value.outlierDetection, [...path, "outlierDetection"], report);
    }
  }
  checkRetry(view.defaults.retry, ["defaults", "retry"], report);
  checkTries(view.defaults.timeout, view.defaults.retry?.perTryTimeout, [
    "defaults",
    "retry",
    "perTryTimeout",
  ], report);
  for (const { path, value } of view.routes) {
    checkRetry(value.retry, [...path, "retry"], report);
    const own = value.retry?.perTryTimeout;
    if (own === undefined && value.timeout === undefined) continue;
    checkTries(
      value.timeout ?? view.defaults.timeout,
      own ?? view.defaults.retry?.perTryTimeout,
      own === undefined ? [...path, "timeout"] : [...path, "retry", "perTryTimeout"],
      report,
    );
  }
}

function checkOutlier(
  outlier: PolicyOutlierDetection,
  path: Path,
  report: Report,
): void {
  for (const field of ["interval", "baseEjectionTime", "maxEjectionTime"] as const) {
    checkNotZero(outlier[field], [...path, field], report);
  }
  const { baseEjectionTime = "30s", maxEjectionTime } = outlier;
  if (maxEjectionTime && durationMs(maxEjectionTime) < durationMs(baseEjectionTime)) {
    const message = `${maxEjectionTime} is shorter than baseEjectionTime (${baseEjectionTime})`;
    report("ejectionOrder", [...path, "maxEjectionTime"], message);
  }
}

function checkRetry(retry: PolicyRetry | undefined, path: Path, report: Report): void {
  if (retry === undefined) return;
  const { attempts, on, perTryTimeout, backoff, maxBody } = retry;
  checkNotZero(perTryTimeout, [...path, "perTryTimeout"], report);
  checkNotZero(backoff?.base, [...path, "backoff", "base"], report);
  if (backoff?.base && backoff.max && durationMs(backoff.max) < durationMs(backoff.base)) {
    const message = `${backoff.max} is shorter than base (${backoff.base})`;
    report("backoffOrder", [...path, "backoff", "max"], message);
  }
  if (maxBody && sizeBytes(maxBody) > MAX_BODY_BYTES) {
    const message = `at most 8MiB: each body in flight is held in memory to be sent again`;
    report("tooBig", [...path, "maxBody"], message);
  }
  if (attempts === 0 && on && on.length > 0) {
    report(
      "retryWithoutAttempts",
      [...path, "on"],
      "attempts is 0, so nothing is tried again",
      "key",
    );
  }
}

/** `0s` as `timeout` means none, so nothing is longer. */
function checkTries(
  timeout: string | undefined,
  perTry: string | undefined,
  path: Path,
  report: Report,
): void {
  if (timeout === undefined || perTry === undefined || durationMs(timeout) === 0) return;
  if (durationMs(perTry) < durationMs(timeout)) return;
  const message = `perTryTimeout (${perTry}) must be shorter than timeout (${timeout})`;
  report("timeoutOrder", path, message);
}

function checkNotZero(duration: string | undefined, path: Path, report: Report): void {
  if (duration !== undefined && durationMs(duration) === 0) {
    report("zeroDuration", path, `${duration} is no time at all`);
  }
}
