/** Options that several commands take. */
import { InvalidArgumentError, Option } from "commander";

/** @throws {InvalidArgumentError} */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) {
    throw new InvalidArgumentError("A port is a number from 0 (any free one) to 65535.");
  }
  return port;
}

/** @throws {InvalidArgumentError} */
export function positiveNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A number from 1 on.");
  return Number(text);
}

/** @throws {InvalidArgumentError} */
export function revision(text: string): string {
  if (!/^[0-9a-f]{12}$/.test(text)) {
    throw new InvalidArgumentError("A revision is 12 hex digits, such as 1a2b3c4d5e6f.");
  }
  return text;
}

/** Follows that there is no such revision. */
export const LISTED = "`limen history` lists them";

export const runtimeOption = (): Option =>
  new Option("--runtime <name>", "what it runs on").choices(["deno", "cloudflare"]).default("deno");

export const jsonOption = (): Option => new Option("--json", "the answer as JSON, for programs");
