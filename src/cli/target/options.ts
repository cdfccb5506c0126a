/** What every command takes that has to do with a target, and how it is opened and closed. */
import type { Command } from "commander";
import { openTarget, type TargetName, targetOption, type WranglerOptions } from "./open.ts";
import type { Target, Use } from "./target.ts";

export interface TargetOptions extends WranglerOptions {
  readonly to: TargetName;
}

/** `--to`, and what goes with `--to cloudflare`. */
export const withTargetOptions = (command: Command): Command =>
  withWranglerOptions(command.addOption(targetOption()));

export const withWranglerOptions = (command: Command): Command =>
  command
    .option("--local", "with cloudflare: wrangler's local store instead of Cloudflare's")
    .option(
      "--persist-to <folder>",
      "with --local: where that is (unless set, where `start` has it)",
    )
    .option("--config <file>", "with cloudflare: another wrangler.toml");

/** For `addHelpText("after", …)`. */
export const TARGETS_HELP = `
Targets:
  https://HOST         a running gateway: its admin API, with the token in LIMEN_ADMIN_TOKEN
  cloudflare[:ENV]     the KV namespace POLICIES of wrangler.toml (or its [env.ENV]), by wrangler
  deno[:PATH-OR-URL]   a Deno KV: a database file (unless set, that of \`start\`) or a server's URL`;

/**
 * @param use "write" where a store that is not there yet is to be made
 * @throws {CommandError} when the target can't be opened
 */
export async function usingTarget<T>(
  { to, ...options }: TargetOptions,
  work: (target: Target) => Promise<T>,
  use: Use = "read",
): Promise<T> {
  const target = await openTarget(to, options, use);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}
