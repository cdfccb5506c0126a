/** A namespace of Workers KV, through wrangler: it knows the account, the login and the namespace. */
import type { KvKey } from "../../platform/cloudflare/kv_namespace.ts";
import { ROOT } from "../paths.ts";
import type { SlowNamespace } from "./remembered.ts";

export interface WranglerNamespaceOptions {
  /** wrangler.toml. */
  readonly config: string;
  /** As in `[env.NAME]`; "" is the top level. */
  readonly environment: string;
}

export function wranglerNamespace(options: WranglerNamespaceOptions): SlowNamespace {
  const kv = (...args: readonly string[]): Promise<Uint8Array> =>
    wrangler(["kv", "key", ...args], options);

  return {
    // wrangler follows the cursors by itself.
    async keys(): Promise<readonly KvKey[]> {
      return JSON.parse(new TextDecoder().decode(await kv("list")));
    },

    async value(key: string): Promise<string> {
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await kv("get", key));
    },

    // One by one: of a `kv bulk put`, wrangler does not tell which keys were not written.
    async put(key: string, value: string, metadata: unknown): Promise<void> {
      const file = await Deno.makeTempFile({ prefix: "limen-" });
      try {
        await Deno.writeTextFile(file, value);
        await kv("put", key, "--path", file, "--metadata", JSON.stringify(metadata));
      } finally {
        await Deno.remove(file);
      }
    },

    async delete(key: string): Promise<void> {
      await kv("delete", key);
    },
  };
}

/** @throws {Error} with what wrangler says */
async function wrangler(
  args: readonly string[],
  { config, environment }: WranglerNamespaceOptions,
): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--config", `${ROOT}/deno.json`, import.meta.resolve("wrangler")],
      ...args,
      // Where both an id and a preview_id are configured, wrangler wants to be told which.
      ...["--binding", "POLICIES", "--preview", "false", "--remote"],
      ...["--config", config, "--env", environment],
    ],
    env: { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return stdout;
  throw new Error(complaint(new TextDecoder().decode(stderr)));
}

/** wrangler's error without its paint and its good advice. */
export function complaint(stderr: string): string {
  // deno-lint-ignore no-control-regex
  const lines = stderr.replace(/\x1b\[[0-9;]*m/g, "").split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => /\bERROR\b/.test(line));
  const end = lines.findIndex((line, index) =>
    index > first && /^(?:🪵|If you think|📎|👉)/u.test(line)
  );
  const told = lines.slice(Math.max(first, 0), end === -1 ? undefined : end).filter(Boolean);
  const text = told.join(" ").replace(/^.*?\[?ERROR\]?\s*/, "");
  return `wrangler: ${text.slice(0, 500) || "it failed without a word"}`;
}
