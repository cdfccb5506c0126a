/**
 * Real policies with something wrong in them: an answer for each, with every error at its place;
 * and what validation lets through compiles, simulates, and runs its tests.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { policyReader } from "../../src/platform/reader.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { parseDocument } from "../../src/policy/text.ts";
import type { Target } from "../../src/policy/validate.ts";
import { simulate, type Simulated } from "../../src/simulate/simulate.ts";
import { parseSituation } from "../../src/simulate/situation.ts";
import { parseViewpoint } from "../../src/simulate/viewpoint.ts";
import { everything } from "./_everything.ts";
import { changed, changes, edited, edits } from "./_mutations.ts";

const demo = await Deno.readTextFile(new URL("../../policies/demo.json", import.meta.url));

const readers = { cloudflare: policyReader("cloudflare"), deno: policyReader("deno") };

const target = fc.constantFrom<Target>("cloudflare", "deno");

/** @returns whether the policy is valid */
async function read(text: string, target: Target): Promise<boolean> {
  const reader = readers[target];
  const { policy, findings } = reader.validate(text);
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  assert.equal(policy === null, findings.some(({ severity }) => severity === "error"));
  for (const { code, line, column, path, message } of findings) {
    const said = `${code} at ${line}:${column}`;
    assert.ok(line >= 1 && line <= lines.length, `${said} of ${lines.length} lines`);
    assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `${said}: no such column`);
    assert.match(code, /^LIM\d{3}$/);
    assert.ok(path !== "" && message !== "", said);
  }
  if (policy === null) return false;
  const plan = reader.compile(policy, "0123456789ab");
  // A policy that is valid is one that the store can name.
  assert.match(await reader.revisionOf(parseDocument(text)), /^[0-9a-f]{12}$/);
  await assertRuns(policy, plan, text, target);
  return true;
}

async function assertRuns(policy: Policy, plan: Plan, text: string, target: Target): Promise<void> {
  const names = plan.clusters.map(({ name }) => name);
  const from = parseViewpoint(["region=us-east,zone=a,latitude=50.1,longitude=8.7"]);
  assert.ok(from.ok);
  for (
    const supposed of [{}, { down: names.slice(0, 1), drain: names.slice(1, 2) }, { down: names }]
  ) {
    const situation = parseSituation(plan, supposed);
    assert.ok(situation.ok);
    const { routes }: Simulated = simulate(plan, situation.value, from.value);
    for (const { clusters, endpoints, unserved } of routes) {
      const shares: number[] = [
        ...Object.values(clusters),
        ...endpoints.map(({ share }) => share),
        unserved,
      ];
      assert.ok(shares.every((share) => share >= 0 && share <= 1 + 1e-9), String(shares));
    }
  }
  const failed = await readers[target].rehearse!({ policy, plan, text });
  assert.ok(failed.every(({ severity, line }) => severity === "error" && line >= 1));
}

/** A fuzzer that only ever makes rubbish, or none, proves little. */
function assertMixed(valid: readonly boolean[]): void {
  const good = valid.filter((each) => each).length;
  assert.ok(good > 0 && good < valid.length / 2, `${good} of ${valid.length} were valid`);
}

const policies = { "the demo": demo, "a policy of every field": everything };
for (const [name, text] of Object.entries(policies)) {
  Deno.test(`fuzz: ${name} as it is`, async () => {
    for (const target of ["cloudflare", "deno"] as const) {
      assert.equal(await read(text, target), true);
    }
  });

  Deno.test(`fuzz: ${name} with values deleted, doubled, moved, renamed and replaced`, async () => {
    const document = parseDocument(text);
    const valid: boolean[] = [];
    await fc.assert(
      fc.asyncProperty(changes, target, async (all, target) => {
        valid.push(await read(JSON.stringify(changed(document, all), null, 1), target));
      }),
      { numRuns: 400 },
    );
    assertMixed(valid);
  });

  Deno.test(`fuzz: ${name} with its text cut, torn and scribbled on`, async () => {
    const valid: boolean[] = [];
    await fc.assert(
      fc.asyncProperty(edits, target, async (all, target) => {
        valid.push(await read(edited(text, all), target));
      }),
      { numRuns: 400 },
    );
    assertMixed(valid);
  });
}
