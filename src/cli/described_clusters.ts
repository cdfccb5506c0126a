/** The clusters of a gateway, and the one among them that is meant. */
import type { DescribedCluster } from "../health/describe.ts";
import { didYouMean } from "../policy/suggest.ts";
import { CommandError, EXIT } from "./exit_codes.ts";
import type { AdminApi } from "./target/admin.ts";

/** @throws {CommandError} when the gateway can't be reached, or refuses */
export async function askClusters(admin: AdminApi): Promise<readonly DescribedCluster[]> {
  const { clusters } = await admin.ask<{ clusters: readonly DescribedCluster[] }>(
    "GET",
    "clusters",
    "clusters",
  );
  return clusters;
}

/** Of many clusters, so many are listed where one is not found. */
const MOST_LISTED = 10;

/** That no cluster has this name. */
export function unknownCluster(name: string, clusters: readonly DescribedCluster[]): CommandError {
  const names = clusters.map((cluster) => cluster.name);
  const more = names.length - MOST_LISTED;
  const listed = names.length === 0
    ? ": the policy in force has none"
    : `: the policy in force has ${names.slice(0, MOST_LISTED).join(", ")}${
      more > 0 ? ` and ${more} more` : ""
    }`;
  return new CommandError(
    EXIT.usage,
    `there is no cluster ${JSON.stringify(name)}${didYouMean(name, names) || listed}`,
  );
}
