/** Reads a file that a command was given. */
import { CommandError, EXIT, reasonOf } from "./exit_codes.ts";
import { typedPath } from "./paths.ts";

/**
 * @param path `-` is standard input
 * @throws {CommandError} when there is no such file, or it can't be read as UTF-8 text
 */
export async function readPolicyFile(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    // As it is, byte order mark and all: what is pushed is given back byte for byte.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError(EXIT.bad, `can't read ${nameOf(path)}: it is not UTF-8 text`);
  }
}

async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (path !== "-") return await Deno.readFile(typedPath(path));
    return new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "this is a folder"
      : error instanceof Deno.errors.PermissionDenied
      ? "this user may not read it"
      : reasonOf(error);
    throw new CommandError(EXIT.usage, `can't read ${nameOf(path)}: ${reason}`);
  }
}

const nameOf = (path: string): string => path === "-" ? "standard input" : path;
