/** `limen explain`: what becomes of one request. */
import { Command } from "commander";
import { explainGate } from "../../routes/explain_gate.ts";
import { type Ask, type AskWords, parseAsk } from "../explain/ask.ts";
import { type ExplanationJson, explanationJson } from "../explain/explain.ts";
import { explainSupposed } from "../explain/live.ts";
import { parseViewpoint } from "../simulate/viewpoint.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { explanationLines } from "./explanation_lines.ts";
import { parseHeader } from "./header_option.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print, say, terminalWidth } from "./output.ts";
import { ending } from "./run.ts";
import { parseSource, planFrom, type Source } from "./source.ts";
import { openTarget, type WranglerOptions } from "./target/open.ts";
import { TARGETS_HELP, withWranglerOptions } from "./target/options.ts";
import { collect, fromOption, understood } from "./what_if.ts";

export interface ExplainCommandOptions extends WranglerOptions {
  readonly header?: readonly string[];
  readonly from?: readonly string[];
  readonly json?: true;
}

export async function explainRequest(
  source: Source,
  method: string,
  url: string,
  { header = [], from = [], json, ...options }: ExplainCommandOptions,
): Promise<ExitCode> {
  understood(parseViewpoint(from), "--from");
  const capitals = method.toUpperCase();
  // Methods are case-sensitive (RFC 9110 §9.1): a gateway would be asked about another one.
  if (method !== capitals && METHODS.has(capitals)) {
    throw new CommandError(EXIT.usage, `methods are in capitals: ${capitals}?`);
  }
  const words: AskWords = { method, url, headers: header.map(parseHeader), from };
  const ask = understood(parseAsk(words));
  const explanation = source.kind === "target" && source.target.kind === "gateway"
    ? await askGateway(source, words, options)
    : await supposed(source, ask, { json: json ?? false, ...options });
  if (explanation === null) return EXIT.bad;
  if (json) print(JSON.stringify(explanation, null, 2));
  else {
    const look = { colors: colorsFor(Deno.stdout), width: terminalWidth() };
    for (const line of explanationLines(ask.asked, explanation, look)) print(line);
  }
  return EXIT.done;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

async function askGateway(
  { target: name }: Extract<Source, { kind: "target" }>,
  { method, url, headers = [], from = [] }: AskWords,
  options: WranglerOptions,
): Promise<ExplanationJson> {
  const target = await openTarget(name, options);
  const byName = Map.groupBy(headers, ([name]) => name);
  const body = {
    method,
    url,
    headers: Object.fromEntries(
      [...byName].map(([name, given]) => [name, given.map(([, value]) => value)]),
    ),
    from,
  };
  return await target.admin!.ask<ExplanationJson>("POST", "explain", "explanation", { body });
}

async function supposed(
  source: Source,
  { asked, viewpoint }: Ask,
  options: WranglerOptions & { readonly json: boolean },
): Promise<ExplanationJson | null> {
  const read = await planFrom(source, options);
  if (read === null) return null;
  const { plan, pulledFrom } = read;
  if (pulledFrom !== null) {
    say(`explained here, by the policy ${plan.revision} of ${pulledFrom}: no gateway was asked`);
  }
  const uuid = (): string => crypto.randomUUID();
  return explanationJson(await explainSupposed(asked, { plan, viewpoint }, explainGate, uuid));
}

export const explainCommand = (): Command =>
  withWranglerOptions(new Command("explain"))
    .description("Tells which route takes a request, why the others don't, and what would be sent.")
    .argument("<file|target>", "a policy (- is standard input), or what holds one", parseSource)
    .argument("<method>", "such as GET")
    .argument("<url>", "as the client asks for it, such as https://shop.example.com/cart")
    .option("-H, --header <header>", "as in 'name: value'; repeatable", collect)
    .addOption(fromOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Of a file or a store every endpoint counts as healthy; a gateway goes by the health that it knows
of now. Nothing is sent upstream. A file that is named like a target is written ./NAME.
${TARGETS_HELP}`,
    )
    .action(ending(explainRequest));
