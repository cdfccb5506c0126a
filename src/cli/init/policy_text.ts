/** A draft as the text of a policy, with first tests of what it promises. */
import { compile } from "../../compile/compile.ts";
import type { Policy, PolicyTest } from "../../policy/schema/policy.ts";
import { simulate } from "../../simulate/simulate.ts";
import { parseSituation } from "../../simulate/situation.ts";
import { parseViewpoint } from "../../simulate/viewpoint.ts";
import { jsonLayout } from "../json_layout.ts";
import type { Draft } from "./draft.ts";

/** @param schema where the JSON Schema is, seen from the file; `null`: nowhere */
export function policyText(draft: Draft, schema: string | null): string {
  const policy = { ...(schema !== null && { $schema: schema }), ...policyOf(draft) };
  const tests = testsOf(policy, draft);
  return `// docs/policy.md explains every field, docs/tests.md the tests.\n${
    jsonLayout({ ...policy, tests })
  }\n`;
}

function policyOf({ clusters, route: { name, path, split, failover } }: Draft): Policy {
  const members = Object.keys(split);
  return {
    clusters: Object.fromEntries(
      clusters.map(({ name, location, urls }) => [name, { location, endpoints: [...urls] }]),
    ),
    routes: [{
      name,
      match: { path },
      ...(members.length === 1 ? { to: members[0]! } : { split }),
      ...(failover.length > 0 && { failover: [...failover] }),
    }],
  };
}

/** Where requests go when all is well; and when the first member is down, if there is another place. */
function testsOf(policy: Policy, { route }: Draft): PolicyTest[] {
  const url = `https://shop.example.com${route.path.replace(/\/\*$/, "/")}`;
  const test = (name: string, down: readonly string[]): PolicyTest => ({
    name,
    request: { url },
    ...(down.length > 0 && { given: { down: [...down] } }),
    expect: { route: route.name, clusters: sharesOf(policy, down) },
  });
  const [first] = Object.keys(route.split);
  const places = new Set([...Object.keys(route.split), ...route.failover]);
  return [
    test(`${route.name} goes where it should`, []),
    ...(places.size > 1 ? [test(`others take over when ${first} is down`, [first!])] : []),
  ];
}

function sharesOf(policy: Policy, down: readonly string[]): Record<string, number> {
  const plan = compile(policy, "");
  const [situation, nowhere] = [parseSituation(plan, { down }), parseViewpoint(["region=none"])];
  if (!situation.ok || !nowhere.ok) throw new Error("a draft's own clusters are known");
  const [shares] = simulate(plan, situation.value, nowhere.value).routes;
  return Object.fromEntries(
    Object.entries(shares!.clusters).map(([name, share]) => [name, cut(share)]),
  );
}

/** To six decimals, never more than it is: together they stay within 1. */
const cut = (share: number): number => Math.floor(share * 1e6 + 1e-6) / 1e6;
