/** Whether this process is an instance on Deno Deploy: they come, sleep and go by themselves. */
export const isOnDeploy = (): boolean =>
  ["DENO_DEPLOYMENT_ID", "DENO_DEPLOY"].some((name) => Deno.env.get(name) !== undefined);
