/** Faults and mirrors: those that never happen, and those that nobody can have meant. */
import type { Path, Report } from "../finding.ts";
import type { PolicyFault, PolicyRoute } from "../schema/policy.ts";
import type { Part, View } from "../view.ts";
import { membersOf, mirrorsOf } from "./members.ts";
import { checkTime } from "./times.ts";

export function checkFaults(view: View, report: Report): void {
  const headersCount = (view.trust.proxies?.length ?? 0) > 0;
  for (const route of view.routes) {
    const { fault } = route.value;
    if (fault !== undefined) checkFault(fault, headersCount, [...route.path, "fault"], report);
    checkMirrors(route, report);
  }
}

function checkFault(
  { delay, abort }: PolicyFault,
  headersCount: boolean,
  path: Path,
  report: Report,
): void {
  if (delay === undefined && abort === undefined) {
    return report("emptyFault", path, 'say what goes wrong: "delay", "abort" or both');
  }
  const unsaid = (kind: string, field: string, header: string): void => {
    if (headersCount) return;
    const message =
      `set "${field}": only callers behind trust.proxies can say it by ${header}, and there are none`;
    report("unsaidFault", [...path, kind], message, "key");
  };
  if (delay !== undefined) {
    checkPercent(delay.percent, [...path, "delay"], report);
    if (delay.for === undefined) unsaid("delay", "for", "x-envoy-fault-delay-request");
    checkTime(delay.for, [...path, "delay", "for"], report);
  }
  if (abort !== undefined) {
    checkPercent(abort.percent, [...path, "abort"], report);
    if (abort.status === undefined) unsaid("abort", "status", "x-envoy-fault-abort-request");
  }
}

function checkMirrors(route: Part<PolicyRoute>, report: Report): void {
  const members = new Set(membersOf(route)?.clusters.map(({ name }) => name));
  for (const { mirror, path } of mirrorsOf(route)) {
    checkPercent(mirror.percent, path, report);
    if (members.has(mirror.cluster)) {
      const message =
        `the route itself sends to "${mirror.cluster}", which gets these requests twice: name another cluster`;
      report("mirrorToMember", [...path, "cluster"], message);
    }
  }
}

function checkPercent(percent: number | undefined, path: Path, report: Report): void {
  if (percent === 0) {
    report(
      "neverHappens",
      [...path, "percent"],
      "0 % is no request at all: raise it, or leave all of it out",
    );
  }
}
