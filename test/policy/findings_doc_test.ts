/** docs/findings.md: every code has its section, and every example does what the page says. */
import assert from "node:assert/strict";
import { compile } from "../../src/compile/compile.ts";
import { missingBindings } from "../../src/platform/cloudflare/bindings.ts";
import type { Env } from "../../src/platform/cloudflare/env.ts";
import { policyReader } from "../../src/platform/reader.ts";
import { missingSecrets } from "../../src/platform/secrets.ts";
import { rules } from "../../src/policy/codes.ts";
import { type Finding, formatFinding } from "../../src/policy/finding.ts";
import { parseText } from "../../src/policy/text.ts";
import { validate } from "../../src/policy/validate.ts";

const page = await Deno.readTextFile(new URL("../../docs/findings.md", import.meta.url));

/** What stands between one heading and the next. */
interface Section {
  readonly body: string;
  /** The first shows the finding, the second is mended. */
  readonly examples: readonly string[];
}

const examplesIn = (text: string): string[] =>
  [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, example]) => example!);

const [preface = "", ...parts] = page.split(/^## /m);

const sections = new Map(parts.map((part): [string, Section] => {
  const [title = "", ...body] = part.split("\n");
  const text = body.join("\n");
  return [title, { body: text, examples: examplesIn(text) }];
}));

/** Examples of these would fill the page. */
const TOO_LONG_TO_SHOW: readonly string[] = ["LIM004", "LIM046", "LIM199"];

/** What an example, or what is left of it when it is mended, can't be without. */
const BESIDE: Readonly<Record<string, string>> = {
  LIM050: "LIM104",
  LIM103: "LIM104",
  LIM113: "LIM105",
};

/** Found by a deployment, not by validation. */
const DEPLOYED: readonly string[] = ["LIM050", "LIM065"];

interface Parts {
  readonly clusters?: Readonly<Record<string, unknown>>;
  readonly routes?: readonly unknown[];
}

const base = JSON.parse(examplesIn(preface)[0]!) as Required<Parts>;

/** A whole document, or a part of the page's policy. */
function policyText(example: string): string {
  const { value, problems } = parseText(example);
  if (problems.length > 0 || typeof value !== "object" || Array.isArray(value)) return example;
  const part = value as Parts;
  return JSON.stringify({
    ...part,
    clusters: { ...base.clusters, ...part.clusters },
    routes: [...part.routes ?? [], ...base.routes],
  });
}

/** @param deployed whether to look for what a deployment with neither bindings nor secrets lacks */
async function findingsOf(text: string, deployed: boolean): Promise<readonly Finding[]> {
  const { policy, findings } = validate(text);
  if (policy === null) return findings;
  const plan = compile(policy, "000000000000");
  const failed = await policyReader("deno").rehearse?.({ policy, plan, text }) ?? [];
  const missing = deployed
    ? [...missingBindings(plan, {} as Env), ...missingSecrets(plan, () => null)]
    : [];
  return [...findings, ...failed, ...missing];
}

Deno.test("findings.md: a section for every code, in order, and for nothing else", () => {
  const codes: string[] = Object.values(rules).map(({ code }) => code).sort();
  assert.deepEqual([...sections.keys()], codes);
});

Deno.test("findings.md: its policy has nothing wrong with it", async () => {
  assert.deepEqual(await findingsOf(policyText("{}"), true), []);
});

for (const { code, severity, title } of Object.values(rules)) {
  const section = sections.get(code);
  Deno.test(`findings.md: ${code} has its title, an example, and says how to mend it`, async () => {
    assert.ok(section !== undefined, `docs/findings.md has no section ## ${code}`);
    const { body, examples } = section;
    assert.ok(body.startsWith(`\n**${title}** (${severity})\n`), body.slice(0, 100));
    assert.match(body, /\bTo mend it\b/);
    if (TOO_LONG_TO_SHOW.includes(code)) return assert.deepEqual(examples, []);
    const [bad, mended] = examples;
    assert.ok(bad !== undefined && examples.length <= 2, "one example, perhaps one that is mended");
    const check = async (example: string, want: readonly string[]): Promise<void> => {
      const findings = await findingsOf(policyText(example), DEPLOYED.includes(code));
      const got = new Set(findings.map((finding) => finding.code));
      got.delete(BESIDE[code] ?? "");
      const listed = findings.map((finding) => formatFinding("example", finding)).join("\n");
      assert.deepEqual([...got], want, `${example}\n${listed}`);
    };
    await check(bad, [code]);
    if (mended !== undefined) await check(mended, []);
  });
}

Deno.test("findings.md: its links lead to sections", () => {
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) {
    assert.ok([...sections.keys()].some((code) => code.toLowerCase() === anchor), anchor!);
  }
});
