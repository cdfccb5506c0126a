/** `limen clusters`: how a gateway's clusters and their endpoints are. */
import { Command } from "commander";
import type { DescribedCluster } from "../health/describe.ts";
import { clusterLines } from "./cluster_lines.ts";
import { askClusters, unknownCluster } from "./described_clusters.ts";
import type { ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { ending } from "./run.ts";
import { type TargetName, targetOption } from "./target/open.ts";
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
    const view: View<readonly DescribedCluster[]> = {
      look: async () => {
        const clusters = await askClusters(admin);
        const chosen = clusters.filter((cluster) => name === undefined || cluster.name === name);
        if (name !== undefined && chosen.length === 0) throw unknownCluster(name, clusters);
        return chosen;
      },
      lines: (clusters, style) => clusterLines(clusters, style, name !== undefined),
      json: (clusters) => ({ clusters }),
    };
    return show(view, options);
  });

export const clustersCommand = (): Command =>
  new Command("clusters")
    .description("Shows the health, ejections, load and latency of clusters.")
    .argument("[name]", "one cluster, with all its endpoints")
    .addOption(targetOption())
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
