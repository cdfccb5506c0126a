/** Bindings are fixed when a Worker is deployed: a policy can only name those that are there. */
import type { Plan } from "../../plan/plan.ts";
import { rules } from "../../policy/codes.ts";
import type { Finding } from "../../policy/finding.ts";
import { type Env, fetcherOf } from "./env.ts";

/** One error for each cluster whose binding this deployment doesn't have. */
export function missingBindings(plan: Plan, env: Env): readonly Finding[] {
  return plan.clusters.flatMap(({ name, binding }) => {
    if (binding === null || fetcherOf(env, binding) !== null) return [];
    const message =
      `this Worker has no service, VPC or mTLS-certificate binding named ${binding}: add it to wrangler.toml and deploy`;
    const path = `clusters.${name}.via.binding`;
    const { code, severity } = rules.missingBinding;
    return [{ code, severity, path, line: 1, column: 1, message }];
  });
}
