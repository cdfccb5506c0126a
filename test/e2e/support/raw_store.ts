/** The policy store behind a gateway's back: what people and broken programs do to it. */
import { openDenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { revisionOfText } from "../../../src/platform/reader.ts";
import type { Stamp } from "../../../src/store/stamp.ts";
import { ROOT, type Runtime } from "./gateway.ts";

export interface RawStore {
  /** Whatever `text` is, it lies where the policy should. */
  put(text: string): Promise<void>;
  remove(): Promise<void>;
  /** As another version of Limen would push it. */
  putStamped(text: string, stamp: Stamp): Promise<void>;
}

/** @param kv as in `start --kv` */
export const rawStore = (runtime: Runtime, kv: string): RawStore =>
  runtime === "deno" ? denoStore(kv) : workersStore(kv);

const KEY = ["limen", "policy"];

function denoStore(path: string): RawStore {
  const using = async (work: (kv: Deno.Kv) => Promise<unknown>): Promise<void> => {
    const kv = await Deno.openKv(path);
    try {
      await work(kv);
    } finally {
      kv.close();
    }
  };
  return {
    put: (text) => using((kv) => kv.set(KEY, text)),
    remove: () => using((kv) => kv.delete(KEY)),
    async putStamped(text, stamp): Promise<void> {
      const store = openDenoPolicyStore({
        path,
        revisionOf: revisionOfText,
        now: () => Date.now(),
      });
      await store.write(text, stamp);
      await store.close();
    },
  };
}

/** With wrangler's own words, as in the contract. */
function workersStore(folder: string): RawStore {
  const put = async (text: string, more: readonly string[] = []): Promise<void> => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, text);
    await wrangler(folder, ["put", "policy", "--path", file, ...more]);
    await Deno.remove(file);
  };
  return {
    put,
    remove: () => wrangler(folder, ["delete", "policy"]),
    putStamped: (text, stamp) => put(text, ["--metadata", JSON.stringify(stamp)]),
  };
}

async function wrangler(folder: string, args: readonly string[]): Promise<void> {
  const where = ["--binding", "POLICIES", "--local", "--persist-to", folder];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "npm:wrangler", "kv", "key", ...args, ...where],
    cwd: ROOT,
    // Neither usage statistics nor a look-up of where this machine is.
    env: { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`wrangler failed: ${decode(stdout)}${decode(stderr)}`);
}
