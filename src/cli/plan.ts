/** `limen plan`: what a push would change, into a file that can be reviewed and then pushed as it is. */
import { Command } from "commander";
import { changesTo, judgeCandidate } from "./candidate.ts";
import { diffLines } from "./diff_lines.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, refuseFindings } from "./findings.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print, say } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";
import { PLAN_KIND, PLAN_VERSION, type ReviewedPlan, writeReviewedPlan } from "./reviewed_plan.ts";
import { ending } from "./run.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";

export interface PlanCommandOptions extends TargetOptions {
  readonly out?: string;
  readonly by?: string;
  readonly message?: string;
  readonly json?: true;
}

export async function planFile(file: string, options: PlanCommandOptions): Promise<ExitCode> {
  const { out, by, message, json } = options;
  const text = await readPolicyFile(file);
  return await usingTarget(options, async (target): Promise<ExitCode> => {
    const judged = await judgeCandidate(text, target.platform);
    if (!judged.ok) {
      const { findings } = judged;
      refuseFindings({ file, findings, json: json ?? false, what: "no plan" });
      return EXIT.bad;
    }
    const before = await target.active();
    const plan: ReviewedPlan = {
      kind: PLAN_KIND,
      version: PLAN_VERSION,
      target: target.label,
      base: before?.revision ?? null,
      revision: judged.side.revision,
      ...(by !== undefined && { by }),
      ...(message !== undefined && { message }),
      madeAt: new Date().toISOString(),
      diff: await changesTo(before, judged.side),
      text,
    };
    if (out !== undefined) {
      await writeReviewedPlan(out, plan);
      say(`${out} holds the plan: limen push --plan ${out} --to … applies it as it is`);
    }
    if (json) print(JSON.stringify(plan, null, 2));
    else {
      printFindings(file, judged.findings);
      const colors = colorsFor(Deno.stdout);
      print(`${colors.bold(target.label)}: ${plan.base ?? "no policy"} -> ${plan.revision}`);
      // Of a first policy, the texts' diff is the policy.
      const look = { colors, ...(before === null && { mostText: 0 }) };
      diffLines(plan.diff, look).forEach(print);
    }
    return EXIT.done;
  }, "write");
}

export const planCommand = (): Command =>
  withTargetOptions(new Command("plan"))
    .description("Shows what a push would change; --out writes it down, to be reviewed and pushed.")
    .argument("<file>", "policy; - is standard input")
    .option("--out <file>", "write the plan there, for `limen push --plan`")
    .option("--by <name>", "who pushes, for the history")
    .option("--message <text>", "why, for the history")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nNothing is stored. The policy is validated, and its own tests are run.\n" + TARGETS_HELP,
    )
    .action(ending(planFile));
