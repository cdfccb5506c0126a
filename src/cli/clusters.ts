/** `limen clusters`: how a gateway's clusters and their endpoints are. */
import { Command } from "commander";
import type { StatusAnswer } from "../../routes/status.ts";
import type { DescribedCluster } from "../health/describe.ts";
import { clusterLines, NO_POLICY_IN_FORCE } from "./cluster_lines.ts";
import { askClusters, unknownCluster } from "./described_clusters.ts";
import type { ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { ending } from "./run.ts";
import { gatewayOption, type TargetName } from "./target/open.ts";
import type { AdminApi } from "./target/admin.ts";
import { usingGateway } from "./target/using_gateway.ts";
import { show, type View, type ViewOptions, watchOption } from "./view.ts";

export interface ClustersOptions extends ViewOptions {
  readonly to: TargetName;
}

export const showClusters = (
  name: string | undefined,
  { to, ...options }: ClustersOptions,
): Promise<ExitCode> =>
  usingGateway(to, "health", ({ admin }) => {
    const view: View<Seen> = {
      look: async () => {
        const clusters = await askClusters(admin);
        const chosen = clusters.filter((cluster) => name === undefined || cluster.name === name);
        if (name !== undefined && chosen.length === 0) throw unknownCluster(name, clusters);
        // Who names no clusters may name nothing at all.
        const isPolicy = chosen.length > 0 || await askRevision(admin) !== null;
        return { clusters: chosen, isPolicy };
      },
      lines: ({ clusters, isPolicy }, style) =>
        isPolicy ? clusterLines(clusters, style, name !== undefined) : [NO_POLICY_IN_FORCE],
      json: ({ clusters }) => ({ clusters }),
    };
    return show(view, options);
  });

interface Seen {
  readonly clusters: readonly DescribedCluster[];
  /** Whether a policy is in force. */
  readonly isPolicy: boolean;
}

const askRevision = async (admin: AdminApi): Promise<string | null> =>
  (await admin.ask<StatusAnswer>("GET", "status", "status")).revision;

export const clustersCommand = (): Command =>
  new Command("clusters")
    .description("Shows the health, ejections, load and latency of clusters.")
    .argument("[name]", "one cluster, with all its endpoints")
    .addOption(gatewayOption())
    .addOption(watchOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Health and ejections are the fleet's; active requests and latencies are those of the gateway that
answers. Its token is in LIMEN_ADMIN_TOKEN.

Examples:
  limen clusters --to https://gateway.example.com
  limen clusters aws --to https://gateway.example.com --watch`,
    )
    .action(ending(showClusters));
