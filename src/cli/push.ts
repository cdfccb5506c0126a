/** `limen push`: validate, show what changes, store, and read back. */
import { Command } from "commander";
import type { Finding } from "../policy/finding.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { revisionOf } from "../policy/revision.ts";
import { parseDocument } from "../policy/text.ts";
import { validate } from "../policy/validate.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, tally } from "./findings.ts";
import { jsonOption, revision } from "./options.ts";
import { colorsFor, count, print, say } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";
import { ending } from "./run.ts";
import { openTarget, type TargetName, targetOption, type WranglerOptions } from "./target/open.ts";
import type { Active, Target } from "./target/target.ts";

export interface PushCommandOptions extends WranglerOptions {
  readonly to: TargetName;
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
  readonly yes?: true;
  readonly json?: true;
}

export async function pushFile(file: string, options: PushCommandOptions): Promise<ExitCode> {
  const text = await readPolicyFile(file);
  const target = await openTarget(options.to, options);
  try {
    const { platform } = target;
    const checked = validate(text, platform === null ? {} : { target: platform });
    return checked.policy === null
      ? notPushed(file, checked.findings, options)
      : await pushTo(target, { file, text, document: checked.document }, options);
  } finally {
    await target.close();
  }
}

interface Pushing {
  readonly file: string;
  readonly text: string;
  /** The parsed text. */
  readonly document: unknown;
}

async function pushTo(
  target: Target,
  { file, text, document }: Pushing,
  options: PushCommandOptions,
): Promise<ExitCode> {
  const { ifRevision, by, message, json } = options;
  const bold = colorsFor(Deno.stderr).bold;
  say(`pushing ${file} to ${bold(target.label)}`);
  const before = await target.active();
  const after = { text, revision: await revisionOf(document) };
  const same = after.revision === before?.revision ? ": the same policy" : "";
  say(`  ${describe(before)} -> ${describe(after)}${same}`);
  if (!mayPush(target, options)) {
    say("limen: not pushed");
    return EXIT.done;
  }
  const pushed = await target.push(text, {
    ...(ifRevision !== undefined && { ifRevision }),
    ...(by !== undefined && { by }),
    ...(message !== undefined && { message }),
  });
  if (!pushed.ok) {
    if (pushed.findings !== undefined) return notPushed(file, pushed.findings, options);
    throw new CommandError(pushed.exitCode, `not pushed: ${pushed.message}`);
  }
  const { findings } = pushed;
  if (json) {
    const previous = before?.revision ?? null;
    print(JSON.stringify({ revision: pushed.revision, previous, findings }, null, 2));
  } else {
    printFindings(file, findings);
    print(pushed.revision);
  }
  const seen = await target.active();
  say(
    seen?.revision === pushed.revision
      ? `  read back: ${pushed.revision} is stored`
      : `  read back: ${describe(seen)}. Another push came after this one, or it does not show yet`,
  );
  return EXIT.done;
}

function notPushed(
  file: string,
  findings: readonly Finding[],
  { json }: PushCommandOptions,
): ExitCode {
  if (json) print(JSON.stringify({ findings }, null, 2));
  else printFindings(file, findings);
  say(`limen: not pushed: ${file} is not a valid policy (${tally(findings)})`);
  return EXIT.bad;
}

/** Only who sits at a terminal is asked, and only about what lies elsewhere. */
function mayPush({ isLocal, label }: Target, { yes }: PushCommandOptions): boolean {
  if (yes || isLocal || !Deno.stdin.isTerminal()) return true;
  return confirm(`Replace the policy of ${label}?`);
}

/** `1a2b3c4d5e6f (3 routes, 2 clusters)`. */
function describe(active: Active | null): string {
  if (active === null) return "no policy";
  return `${active.revision ?? "a text that is no policy"}${sizeOf(active.text)}`;
}

function sizeOf(text: string): string {
  try {
    return ` (${size(parseDocument(text) as Policy)})`;
  } catch {
    // What came by a raw put can be anything.
    return "";
  }
}

const size = ({ routes, clusters }: Policy): string =>
  `${count(routes.length, "route")}, ${count(Object.keys(clusters).length, "cluster")}`;

export const pushCommand = (): Command =>
  new Command("push")
    .description("Puts a policy in force.")
    .argument("<file>", "policy; - is standard input")
    .addOption(targetOption())
    .option("--if-revision <revision>", "only if this is what the target holds now", revision)
    .option("--by <name>", "who pushes, for the history")
    .option("--message <text>", "why, for the history")
    .option("--yes", "ask nothing")
    .option("--local", "with cloudflare: wrangler's local store instead of Cloudflare's")
    .option(
      "--persist-to <folder>",
      "with --local: where that is (unless set, where `start` has it)",
    )
    .option("--config <file>", "with cloudflare: another wrangler.toml")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Targets:
  https://HOST         a running gateway: its admin API, with the token in LIMEN_ADMIN_TOKEN
  cloudflare[:ENV]     the KV namespace POLICIES of wrangler.toml (of its [env.ENV]), through wrangler
  deno[:PATH-OR-URL]   a Deno KV: a database file (unless set, that of \`start\`) or a server's URL

The last line on standard output is the revision that is now in force.`,
    )
    .action(ending(pushFile));
