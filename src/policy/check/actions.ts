/** What a route does: exactly one thing, and settings that go with it. */
import type { Report } from "../finding.ts";
import type { PolicyRoute } from "../schema/policy.ts";
import { either } from "../expected.ts";
import type { Part, View } from "../view.ts";
import { checkSentHost } from "./clusters.ts";
import { memberActions, membersOf } from "./members.ts";
import { authorityProblem, hostProblem } from "./url.ts";

const actions = [...memberActions, "redirect", "respond"] as const;

/** Settings of a request that is forwarded. */
const forwardOnly = [
  "failover",
  "confine",
  "sticky",
  "timeout",
  "idleTimeout",
  "retry",
  "hedge",
  "mirror",
  "fault",
  "rewrite",
] as const;

/** RFC 9110 §6.4.1: statuses whose responses have no content. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

export function checkActions(view: View, report: Report): void {
  for (const route of view.routes) {
    checkOneAction(route, report);
    checkContradictions(route, report);
    checkSplit(route, report);
    checkSticky(route, view, report);
    checkTargets(route, view, report);
    const respond = route.value.respond;
    if (respond && respond.body && bodiless.has(respond.status)) {
      const message = `a ${respond.status} response has no body`;
      report("bodyNotAllowed", [...route.path, "respond", "body"], message);
    }
  }
}

function checkOneAction({ path, written }: Part<PolicyRoute>, report: Report): void {
  const given = actions.filter((action) => Object.hasOwn(written, action));
  // A route that is not even an object has been reported as such.
  if (given.length === 0 && Object.keys(written).length > 0) {
    report("noAction", path, `say what happens: one of ${either(actions)}`);
  }
  for (const extra of given.slice(1)) {
    const message = `"${given[0]}" already says what happens: a route has one action`;
    report("severalActions", [...path, extra], message, "key");
  }
}

function checkContradictions({ path, written, value }: Part<PolicyRoute>, report: Report): void {
  const action = memberActions.some((name) => Object.hasOwn(written, name))
    ? null
    : Object.hasOwn(written, "redirect")
    ? "redirect"
    : Object.hasOwn(written, "respond")
    ? "respond"
    : null;
  if (action === null) return;
  const message = (field: string): string =>
    `"${field}" has no effect on a ${action} route: nothing is forwarded`;
  for (const field of forwardOnly) {
    if (Object.hasOwn(written, field)) report("noEffect", [...path, field], message(field), "key");
  }
  if (value.headers?.request) {
    report("noEffect", [...path, "headers", "request"], message("headers.request"), "key");
  }
}

function checkSplit({ path, written, value }: Part<PolicyRoute>, report: Report): void {
  const split = value.split;
  if (
    split === undefined || Object.keys(split).length < Object.keys(Object(written["split"])).length
  ) {
    return;
  }
  const weights = Array.isArray(split)
    ? split.map((member) => member.weight)
    : Object.values(split);
  const failover = Object.hasOwn(written, "failover")
    ? Object(written["failover"]).length > 0
    : false;
  if (weights.every((weight) => weight === 0) && !failover) {
    const what = weights.length === 0 ? "the split has no members" : "all weights are 0";
    report("emptySplit", [...path, "split"], `${what} and there is no failover: nothing is served`);
  }
}

/** A member of weight 0 counts as a choice: it is a canary that waits. */
function checkSticky(route: Part<PolicyRoute>, view: View, report: Report): void {
  if (route.value.sticky === undefined) return;
  const members = membersOf(route)?.clusters ?? [];
  if (members.length !== 1) return;
  const { name } = members[0]!;
  const endpoints = view.clusters.get(name)?.written["endpoints"];
  if (Array.isArray(endpoints) && endpoints.length === 1) {
    const message = `"${name}" is the only cluster and has one endpoint: every caller is there`;
    report("stickyWithoutChoice", [...route.path, "sticky"], message, "key");
  }
}

/** Hosts that a redirect or a rewrite leads to. */
function checkTargets({ path, value }: Part<PolicyRoute>, view: View, report: Report): void {
  const { redirect, rewrite } = value;
  if (redirect?.host !== undefined) {
    const problem = hostProblem(redirect.host);
    if (problem !== null) report("badHost", [...path, "redirect", "host"], problem);
  }
  if (rewrite?.host !== undefined) {
    const at = [...path, "rewrite", "host"];
    const problem = authorityProblem(rewrite.host);
    if (problem !== null) report("badHost", at, problem);
    else checkSentHost(at, view.target, report);
  }
}
