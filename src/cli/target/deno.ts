/** A Deno KV: a database file, or a server's URL. */
import { openDenoPolicyStore } from "../../platform/deno/policy_store.ts";
import { DENO_KV } from "../paths.ts";
import { storeContext, storeTarget } from "./store.ts";
import type { Target } from "./target.ts";

/** A server that can't be reached keeps Deno KV trying for ever. */
const DEADLINE_MS = 15_000;

/** @param path unless given, the file that `start` uses */
export function openDeno(path = DENO_KV): Target {
  const isRemote = /^https?:\/\//.test(path);
  const store = openDenoPolicyStore({ ...storeContext, path, deadlineMs: DEADLINE_MS });
  return storeTarget({
    label: `the Deno KV ${isRemote ? "at " : ""}${path}`,
    isLocal: !isRemote,
    platform: "deno",
    open: () => store,
    close: () => store.close(),
  });
}
