/** Options by which a what-if is told what to suppose. */
import { Option } from "commander";
import type { Parsed } from "../simulate/parsed.ts";
import { CommandError, EXIT } from "./exit_codes.ts";

/** For options that may be given several times. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
];

export const fromOption = (): Option =>
  new Option(
    "--from <place>",
    "where the gateway and the client are: region=…,zone=…,subzone=…,latitude=…,longitude=…,country=…,ip=…; any other key is a label of the gateway",
  ).argParser(collect);

/** @throws {CommandError} for words that could not be understood */
export function understood<Value>(parsed: Parsed<Value>, option = ""): Value {
  if (parsed.ok) return parsed.value;
  throw new CommandError(
    EXIT.usage,
    option === "" ? parsed.problem : `${option}: ${parsed.problem}`,
  );
}
