/** `limen status`: what is in force, who serves it, and how the clusters are. */
import { Command } from "commander";
import type { StatusAnswer } from "../../routes/status.ts";
import type { Activation } from "../store/history.ts";
import { askClusters } from "./described_clusters.ts";
import { CommandError, type ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { ending } from "./run.ts";
import { gatewayLines, type GatewayStatus, storeLines, type StoreStatus } from "./status_lines.ts";
import type { AdminApi } from "./target/admin.ts";
import {
  type TargetOptions,
  TARGETS_HELP,
  usingTarget,
  withTargetOptions,
} from "./target/options.ts";
import type { Target } from "./target/target.ts";
import { show, type View, type ViewOptions, watchOption } from "./view.ts";

export interface StatusOptions extends TargetOptions, ViewOptions {}

export const showStatus = (options: StatusOptions): Promise<ExitCode> =>
  usingTarget(
    options,
    (target) =>
      target.admin === null
        ? show(storeView(target), options)
        : show(gatewayView(target, target.admin), options),
  );

function gatewayView(target: Target, admin: AdminApi): View<GatewayStatus> {
  const newestAt = lastActivation(target);
  return {
    look: async () => {
      const [status, clusters] = await Promise.all([
        admin.ask<StatusAnswer>("GET", "status", "status"),
        askClusters(admin),
      ]);
      return { label: target.label, status, clusters, newest: await newestAt(status) };
    },
    lines: gatewayLines,
    json: ({ status, clusters, newest }) => ({
      ...status,
      newest: withoutFindings(newest),
      clusters,
    }),
  };
}

/**
 * A history is long, and no other than before while all members serve what they did: so it is asked
 * for when one of them does not.
 */
function lastActivation(target: Target): (status: StatusAnswer) => Promise<Activation | null> {
  let known: { readonly for: string; readonly activation: Activation | null } | null = null;
  return async ({ revision, lastError, groups }) => {
    const now = JSON.stringify([revision, lastError?.at, groups]);
    if (known?.for === now) return known.activation;
    try {
      known = { for: now, activation: (await target.history())[0] ?? null };
      return known.activation;
    } catch (error) {
      // The status says why the store can't be read.
      if (error instanceof CommandError) return null;
      throw error;
    }
  };
}

const storeView = (target: Target): View<StoreStatus> => ({
  look: async () => {
    // What was put by hand is in the history once somebody has looked for it.
    const [newest = null] = await target.history();
    const active = await target.active();
    return { label: target.label, active, newest };
  },
  lines: storeLines,
  json: ({ active, newest }) => ({
    revision: active?.revision ?? null,
    newest: withoutFindings(newest),
  }),
});

function withoutFindings(activation: Activation | null): Omit<Activation, "findings"> | null {
  if (activation === null) return null;
  const { findings: _, ...rest } = activation;
  return rest;
}

export const statusCommand = (): Command =>
  withTargetOptions(new Command("status"))
    .description("Shows what is in force, which members serve it, and how the clusters are.")
    .addOption(watchOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `${TARGETS_HELP}

A member that serves another revision than the newest of the history is behind. What a store alone
can tell is what it holds. A gateway that is not well exits 0 too: it was there to say so.

Examples:
  limen status --to https://gateway.example.com
  limen status --to https://gateway.example.com --watch 5    while a policy rolls out
  limen status --to cloudflare:production --json`,
    )
    .action(ending(showStatus));
