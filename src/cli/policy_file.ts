/** Reads a file that a command was given. */
import { CommandError, EXIT } from "./exit_codes.ts";

/** @throws {CommandError} when there is no such file, or it can't be read as UTF-8 text */
export async function readPolicyFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "this is a folder"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new CommandError(EXIT.usage, `can't read ${path}: ${reason}`);
  }
}
