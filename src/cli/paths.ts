/** Where this checkout keeps things, and where a path on a command line leads. */
import { fileURLToPath } from "node:url";
import { isAbsolute, relative, resolve } from "node:path";

/** The folder with deno.json and wrangler.toml. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** The Deno KV of `start`, and of `push --to deno`. */
export const DENO_KV = `${ROOT}/.limen/deno.sqlite3`;

/** wrangler's persistence folder of `start --runtime cloudflare`, and of `push --to cloudflare --local`. */
export const WORKERS_KV = `${ROOT}/.limen/workers`;

/**
 * The folder in which somebody has typed a command: `deno task` goes to the checkout first, and tells
 * in INIT_CWD where it came from. npm sets that variable too, for all that is started below it, so it
 * counts only for folders of the checkout, and only at its top, where `deno task` leads.
 */
export function callersFolder(): string {
  const here = Deno.cwd();
  const from = Deno.env.get("INIT_CWD") ?? "";
  return from !== "" && wayFromRoot(here) === "" && !leadsOut(wayFromRoot(from)) ? from : here;
}

const wayFromRoot = (folder: string): string =>
  relative(Deno.realPathSync(ROOT), realPathOf(folder));

const leadsOut = (way: string): boolean => way.startsWith("..") || isAbsolute(way);

/** Of a folder that is gone, its name. */
function realPathOf(folder: string): string {
  try {
    return Deno.realPathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/** Where a path leads that somebody has typed. Messages name it as it was typed. */
export const typedPath = (path: string): string => resolve(callersFolder(), path);

/** Whether a Deno KV that somebody has named is a file: not a server's URL, nor in memory. */
export const isDatabaseFile = (kv: string): boolean => !/^https?:\/\/|^:memory:$/i.test(kv);

/** As `typedPath`, for what `Deno.openKv` takes. */
export const typedKv = (kv: string): string => isDatabaseFile(kv) ? typedPath(kv) : kv;

/** Whether something is there. What can't be looked at counts as there: using it will tell why not. */
export async function isThere(typed: string): Promise<boolean> {
  try {
    await Deno.stat(typedPath(typed));
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
