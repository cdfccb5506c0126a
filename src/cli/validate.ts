/** `limen validate`: everything that is wrong with policies, at once. */
import { Command, Option } from "commander";
import type { Finding } from "../policy/finding.ts";
import { type Target, validate } from "../policy/validate.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { printFindings, sayWhereToRead, tally } from "./findings.ts";
import { jsonOption } from "./options.ts";
import { print, say } from "./output.ts";
import { readPolicyFile } from "./policy_file.ts";
import { ending } from "./run.ts";

export interface ValidateCommandOptions {
  readonly target?: Target;
  readonly json?: true;
}

interface Checked {
  readonly file: string;
  readonly findings: readonly Finding[];
}

export async function validateFiles(
  files: readonly string[],
  { target, json }: ValidateCommandOptions,
): Promise<ExitCode> {
  // All are read before the first is judged: a misspelt name costs no half an answer.
  const texts: string[] = [];
  for (const file of files) texts.push(await readPolicyFile(file));
  const checked = files.map((file, index) => {
    const { findings } = validate(texts[index]!, target === undefined ? {} : { target });
    return { file, findings };
  });
  if (json) print(JSON.stringify({ findings: asJson(checked) }, null, 2));
  else {
    checked.forEach(report);
    sayWhereToRead(checked.flatMap(({ findings }) => findings));
  }
  const isBad = checked.some(({ findings }) => findings.some(isError));
  return isBad ? EXIT.bad : EXIT.done;
}

const isError = ({ severity }: Finding): boolean => severity === "error";

function asJson(checked: readonly Checked[]): readonly (Finding & { file?: string })[] {
  return checked.flatMap(({ file, findings }) =>
    checked.length === 1 ? findings : findings.map((finding) => ({ file, ...finding }))
  );
}

function report({ file, findings }: Checked): void {
  printFindings(file, findings);
  const verdict = findings.some(isError) ? "not valid" : "valid";
  say(`${file}: ${verdict}, ${tally(findings)}`);
}

export const validateCommand = (): Command =>
  new Command("validate")
    .description("Checks policies: their form, and what they mean.")
    .argument("<file...>", "policies; - is standard input")
    .addOption(
      new Option("--target <platform>", "warn of this platform's limits only (unless set: of both)")
        .choices(["cloudflare", "deno"]),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nEvery finding is a line FILE:LINE:COL CODE path: message. LIM0xx are errors, and make\n" +
        "the exit code 1; LIM1xx are warnings. docs/findings.md explains each code.",
    )
    .action(ending(validateFiles));
