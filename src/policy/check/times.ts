/** Durations and sizes that must stand in some order, or can't be zero. */
import type { Path, Report } from "../finding.ts";
import { durationMs, sizeBytes } from "../quantity.ts";
import type { PolicyOutlierDetection, PolicyRetry } from "../schema/policy.ts";
import type { View } from "../view.ts";

const MAX_BODY_BYTES = 8 * 1024 * 1024;

const LONGEST_MS = 24 * 3_600_000;

export function checkTimes(view: View, report: Report): void {
  for (const { path, value } of view.clusters.values()) {
    if (value.outlierDetection) {
      checkOutlier(value.outlierDetection, [...path, "outlierDetection"], report);
    }
  }
  checkRetry(view.defaults.retry, ["defaults", "retry"], report);
  checkNotZero(view.defaults.idleTimeout, ["defaults", "idleTimeout"], report);
  checkIdle(view.defaults.idleTimeout, view.defaults.timeout, ["defaults"], report);
  checkPerTry(view.defaults.timeout, view.defaults.retry?.perTryTimeout, [
    "defaults",
    "retry",
    "perTryTimeout",
  ], report);
  for (const { path, value } of view.routes) {
    checkRetry(value.retry, [...path, "retry"], report);
    // It takes a zero to be rid of the defaults' limit.
    if (view.defaults.idleTimeout === undefined) {
      checkNotZero(value.idleTimeout, [...path, "idleTimeout"], report);
    }
    checkIdle(value.idleTimeout, value.timeout ?? view.defaults.timeout, path, report);
    const own = value.retry?.perTryTimeout;
    if (own === undefined && value.timeout === undefined) continue;
    checkPerTry(
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
function checkPerTry(
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

/** The whole answer's time is up before, or at the very moment that, silence lasts too long. */
function checkIdle(
  idle: string | undefined,
  timeout: string | undefined,
  path: Path,
  report: Report,
): void {
  if (idle === undefined || timeout === undefined || durationMs(timeout) === 0) return;
  if (durationMs(idle) < durationMs(timeout)) return;
  const message =
    `idleTimeout (${idle}) must be shorter than timeout (${timeout}) to ever end anything`;
  report("idleNeverEnds", [...path, "idleTimeout"], message);
}

/** A time to wait for: neither none at all, nor longer than anything here lives. */
export function checkTime(duration: string | undefined, path: Path, report: Report): void {
  checkNotZero(duration, path, report);
  if (duration !== undefined && durationMs(duration) > LONGEST_MS) {
    report("tooLong", path, `${duration} is more than a day: at most 24h`);
  }
}

function checkNotZero(duration: string | undefined, path: Path, report: Report): void {
  if (duration !== undefined && durationMs(duration) === 0) {
    report("zeroDuration", path, `${duration} is no time at all`);
  }
}
