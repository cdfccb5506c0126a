/** `-H 'name: value'`, as curl has it. */
import { isHeader } from "../explain/ask.ts";
import { CommandError, EXIT } from "./exit_codes.ts";

/** @throws {CommandError} */
export function parseHeader(text: string): readonly [name: string, value: string] {
  const at = text.indexOf(":");
  const name = text.slice(0, Math.max(at, 0));
  const value = text.slice(at + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (at < 0 || !isHeader(name, value)) {
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(text)} is no header, such as 'x-beta: yes'`,
    );
  }
  return [name.toLowerCase(), value];
}
