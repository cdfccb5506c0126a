/** What is checked: one endpoint, and how. */
import type { ClusterPlan, EndpointPlan } from "../plan/plan.ts";
import type { HealthCheckPlan } from "../plan/resilience.ts";

export interface CheckTarget {
  readonly cluster: string;
  readonly origin: string;
  readonly url: string;
  /** Host to send; `null`: the URL's. */
  readonly host: string | null;
  /** Name of the platform binding to send through; `null`: the network. */
  readonly binding: string | null;
  /** For the answer's headers. */
  readonly timeoutMs: number;
}

/** Lower-case names; the later one of two equal names holds. */
export type CheckHeaders = readonly (readonly [name: string, value: string])[];

/** Separates the parts of `keyOf`: it stands in no name and no origin. */
const SEPARATOR = " ";

export const keyOf = (cluster: string, origin: string): string => cluster + SEPARATOR + origin;

export const targetOf = (
  { name, host, binding }: ClusterPlan,
  { origin }: EndpointPlan,
  { path, timeoutMs }: HealthCheckPlan,
): CheckTarget => ({
  cluster: name,
  origin,
  url: origin + path,
  // No client's Host is there to be preserved.
  host: typeof host === "object" ? host.name : null,
  binding,
  timeoutMs,
});

/** Equal for checks that ask the same question and judge the answers alike. */
export const identityOf = (target: CheckTarget, plan: HealthCheckPlan): string =>
  JSON.stringify([target, { ...plan, expect: [...plan.expect].sort() }]);

/** @param secret a secret's value by name; a header whose secret is not set is left out */
export function headersOf(
  { headers }: HealthCheckPlan,
  secret: (name: string) => string | null,
): CheckHeaders {
  const all = new Map([["user-agent", "limen-health-check"]]);
  for (const [name, written] of headers) {
    const value = typeof written === "string" ? written : secret(written.secret);
    if (value !== null) all.set(name.toLowerCase(), value);
  }
  return [...all];
}
