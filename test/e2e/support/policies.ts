/** Policies that several end-to-end tests push. */

/** One route to one cluster. */
export const oneCluster = (
  endpoints: readonly string[],
  route: Readonly<Record<string, unknown>> = {},
  cluster: Readonly<Record<string, unknown>> = {},
): unknown => ({
  clusters: { aws: { location: "public", endpoints, ...cluster } },
  routes: [{ name: "all", to: "aws", ...route }],
});
