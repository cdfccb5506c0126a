/** A Deno KV: a database file, or a server's URL. */
import { openDenoPolicyStore } from "../../platform/deno/policy_store.ts";
import { CommandError, EXIT } from "../exit_codes.ts";
import { say } from "../output.ts";
import { DENO_KV, isDatabaseFile, isThere, typedKv } from "../paths.ts";
import { storeContext, storeTarget } from "./store.ts";
import type { Target, Use } from "./target.ts";

/** A server that can't be reached keeps Deno KV trying for ever. */
const DEADLINE_MS = 15_000;

/**
 * @param path unless given, the file that `start` uses
 * @throws {CommandError} when the file is not there, and is only to be read
 */
export async function openDeno(path = DENO_KV, use: Use = "read"): Promise<Target> {
  const isFile = isDatabaseFile(path);
  if (isFile && !await isThere(path)) {
    if (use === "read") {
      throw new CommandError(EXIT.unreachable, `there is no database at ${path}`);
    }
    say(`there is no database at ${path} so far: a push makes it`);
  }
  const store = openDenoPolicyStore({
    ...storeContext,
    path: typedKv(path),
    deadlineMs: DEADLINE_MS,
  });
  const target = storeTarget({
    label: `the Deno KV ${isFile ? "" : "at "}${path}`,
    isLocal: isFile,
    platform: "deno",
    open: () => store,
    close: () => store.close(),
  });
  return {
    ...target,
    // A database is made by whoever opens it: so by a push, and not by a look.
    active: async () => isFile && !await isThere(path) ? null : await target.active(),
  };
}
