/** The policy's own tests: what they name exists, and what they expect can be. */
import type { Anchor, Path, Report } from "../finding.ts";
import type { PolicyTest } from "../schema/policy.ts";
import { SHARE_TOLERANCE } from "../schema/tests.ts";
import { didYouMean } from "../suggest.ts";
import type { Part, View } from "../view.ts";
import { checkDistinct } from "./headers.ts";
import { fromProblem, urlProblem } from "./test_request.ts";

export function checkTests(view: View, report: Report): void {
  const first = new Map<string, number>();
  for (const [index, test] of view.tests.entries()) {
    const { path, value: { name, request, from, given, expect } } = test;
    if (name !== undefined) {
      const before = first.get(name);
      if (before === undefined) first.set(name, index);
      else report("badTest", [...path, "name"], `tests[${before}] has this name already`);
    }
    if (request?.url !== undefined) {
      const problem = urlProblem(request.url);
      if (problem !== null) report("badTest", [...path, "request", "url"], problem);
    }
    checkDistinct(Object.keys(request?.headers ?? {}), [...path, "request", "headers"], report);
    const problem = from === undefined ? null : fromProblem(from);
    if (problem !== null) report("badTest", [...path, "from"], problem);
    if (given !== undefined) checkGiven(given, [...path, "given"], view, report);
    if (expect !== undefined) checkExpected(test, view, report);
  }
}

function checkGiven(
  given: NonNullable<PolicyTest["given"]>,
  path: Path,
  view: View,
  report: Report,
): void {
  for (const kind of ["down", "degraded", "drain"] as const) {
    given[kind]?.forEach((text, index) => {
      const at = [...path, kind, index];
      const slash = text.indexOf("/");
      const name = slash < 0 ? text : text.slice(0, slash);
      const cluster = view.clusters.get(name);
      if (cluster === undefined) return unknownCluster(name, at, view, report);
      if (slash < 0) return;
      if (kind === "drain") {
        return report("badTest", at, `a drain takes out a whole cluster: write "${name}"`);
      }
      const endpoints = cluster.written["endpoints"];
      const count = Array.isArray(endpoints) ? endpoints.length : 0;
      const digits = text.slice(slash + 1);
      if (/^\d{1,9}$/.test(digits) && Number(digits) < count) return;
      const there = count === 0
        ? "no endpoints"
        : count === 1
        ? "one endpoint, 0"
        : `endpoints 0 to ${count - 1}`;
      report("badTest", at, `"${name}" has ${there}`);
    });
  }
}

type Expected = PolicyTest["expect"];

function checkExpected(
  { path, value: { expect }, written }: Part<PolicyTest>,
  view: View,
  report: Report,
): void {
  const at = [...path, "expect"];
  const { route, clusters = {} } = expect!;
  if (saysNothing(Object(written["expect"]))) {
    report("badTest", at, 'say what to expect: "route", "clusters", "request" or "response"');
  }
  if (typeof route === "string" && !view.routes.some(({ value }) => value.name === route)) {
    const names = view.routes.flatMap(({ value: { name } }) => name === undefined ? [] : [name]);
    const message = `there is no route ${JSON.stringify(route)}${didYouMean(route, names)}`;
    report("badTest", [...at, "route"], message);
  }
  for (const name of Object.keys(clusters)) {
    if (!view.clusters.has(name)) {
      unknownCluster(name, [...at, "clusters", name], view, report, "key");
    }
  }
  for (const message of ["request", "response"] as const) {
    const names = Object.keys(expect![message]?.headers ?? {});
    checkDistinct(names, [...at, message, "headers"], report);
  }
  checkContradictions(expect!, at, report);
}

const saysNothing = (expect: object): boolean =>
  Object.entries(expect).every(([key, value]) =>
    key === "clusters" && Object.keys(Object(value)).length === 0
  );

/** What no answer can fulfil. */
function checkContradictions(expect: Expected, at: Path, report: Report): void {
  const { route, clusters = {}, request, response } = expect;
  const shares = Object.values(clusters);
  const sum = shares.reduce((sum, share) => sum + share, 0);
  if (sum > 1 + shares.length * SHARE_TOLERANCE) {
    const message = `the shares make ${Number(sum.toFixed(6))}: all traffic is 1`;
    report("badTest", [...at, "clusters"], message);
  }
  if (request !== undefined && response !== undefined) {
    const message = '"request" stands beside: what is sent upstream is not answered here';
    report("badTest", [...at, "response"], message, "key");
  }
  if (route === null && (request !== undefined || sum > 0)) {
    const field = request === undefined ? "clusters" : "request";
    const message = '"route" is null: what no route takes goes nowhere';
    report("badTest", [...at, field], message, "key");
  }
}

function unknownCluster(
  name: string,
  path: Path,
  { clusters }: View,
  report: Report,
  anchor: Anchor = "value",
): void {
  const near = didYouMean(name, clusters.keys());
  report("unknownCluster", path, `there is no cluster ${JSON.stringify(name)}${near}`, anchor);
}
