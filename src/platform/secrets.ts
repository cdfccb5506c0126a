/** Secrets are set where the gateway runs: a policy can only name those that are there. */
import type { Plan } from "../plan/plan.ts";
import { rules } from "../policy/codes.ts";
import { type Finding, formatPath } from "../policy/finding.ts";

/**
 * One error for each health-check header whose secret this deployment doesn't have: without it the
 * endpoints would refuse the checks, and all of them would count as unhealthy.
 *
 * @param secret a secret's value by name; `null` if it is not set
 */
export function missingSecrets(
  plan: Plan,
  secret: (name: string) => string | null,
): readonly Finding[] {
  return plan.clusters.flatMap(({ name: cluster, healthCheck }) =>
    (healthCheck?.headers ?? []).flatMap(([header, value]) => {
      if (typeof value === "string" || secret(value.secret) !== null) return [];
      const message =
        `no secret named ${value.secret} is set here: an environment variable on Deno, wrangler secret put on Workers`;
      const path = formatPath(["clusters", cluster, "healthCheck", "headers", header]);
      const { code, severity } = rules.missingSecret;
      return [{ code, severity, path, line: 1, column: 1, message }];
    })
  );
}
