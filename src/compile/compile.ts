/** From the policy as written to the plan that requests read. */
import type { Plan } from "../plan/plan.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { compileClusters } from "./clusters.ts";
import { compileRoutes } from "./routes.ts";
import { compileTable } from "./table.ts";
import { compileTrust } from "./trust.ts";

/**
 * @param policy valid: all names resolve, all patterns compile, each route has one action
 * @param revision first 12 hex digits of the SHA-256 of the policy's canonical JSON
 * @throws {TypeError} for a policy that validation would have refused
 */
export function compile(policy: Policy, revision: string): Plan {
  return Object.freeze({
    revision,
    clusters: Object.freeze(compileClusters(policy.clusters)),
    routes: Object.freeze(compileRoutes(policy)),
    table: compileTable(policy.routes),
    trust: compileTrust(policy.trust?.proxies ?? [], policy.trust?.clientHeaders),
  });
}
