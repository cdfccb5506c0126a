/** `limen explain`: what becomes of one request. */
import { Command } from "commander";
import { explainGate } from "../../routes/explain_gate.ts";
import { explain, explanationJson } from "../explain/explain.ts";
import type { AskedRequest } from "../explain/dry_run.ts";
import { supposedSteering } from "../simulate/simulate.ts";
import { parseViewpoint } from "../simulate/viewpoint.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { explanationLines } from "./explanation_lines.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print } from "./output.ts";
import { readPlan } from "./plan_file.ts";
import { ending } from "./run.ts";
import { collect, fromOption, understood } from "./what_if.ts";

export interface ExplainCommandOptions {
  readonly header?: readonly string[];
  readonly from?: readonly string[];
  readonly json?: true;
}

export async function explainFile(
  file: string,
  method: string,
  url: string,
  { header = [], from = [], json }: ExplainCommandOptions,
): Promise<ExitCode> {
  const viewpoint = understood(parseViewpoint(from), "--from");
  const headers = header.map(parseHeader);
  if (!/^https?:\/\//i.test(url)) {
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(url)} is not a whole URL, such as https://shop.example.com/cart`,
    );
  }
  const plan = await readPlan(file, json ?? false);
  if (plan === null) return EXIT.bad;
  const asked: AskedRequest = { method, url, headers, ip: viewpoint.ip, place: viewpoint.place };
  const explanation = await explain(asked, {
    plan,
    steering: supposedSteering(plan, () => "healthy", viewpoint),
    gate: explainGate,
    uuid: () => crypto.randomUUID(),
  });
  if (json) print(JSON.stringify(explanationJson(explanation), null, 2));
  else {
    for (const line of explanationLines(asked, explanation, colorsFor(Deno.stdout))) print(line);
  }
  return EXIT.done;
}

/** @throws {CommandError} */
function parseHeader(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (name === undefined || value === undefined || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(text)} is no header, such as 'x-beta: yes'`,
    );
  }
  return [name.toLowerCase(), value];
}

export const explainCommand = (): Command =>
  new Command("explain")
    .description("Which route takes a request, why the others don't, and what would be sent.")
    .argument("<file>", "policy; - is standard input")
    .argument("<method>", "such as GET")
    .argument("<url>", "as the client asks for it, such as https://shop.example.com/cart")
    .option("-H, --header <header>", "as in 'name: value'; repeatable", collect)
    .addOption(fromOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nEvery endpoint counts as healthy. Nothing is sent.")
    .action(ending(explainFile));
