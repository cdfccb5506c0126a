/** A policy as a gateway holds it, with nobody to ask for the time. */
import { compile } from "../../../src/compile/compile.ts";
import { HealthRegistry } from "../../../src/health/registry.ts";
import { Upstreams } from "../../../src/health/upstreams.ts";
import { NOWHERE } from "../../../src/locality/locality.ts";
import type { Locality } from "../../../src/plan/locality.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { Policy } from "../../../src/policy/schema/policy.ts";
import { Steering } from "../../../src/steer/steering.ts";

export interface World {
  readonly plan: Plan;
  readonly registry: HealthRegistry;
  readonly upstreams: Upstreams;
  readonly steering: Steering;
}

/** @param locality the gateway's own place */
export function worldOf(policy: Policy, locality: Locality = NOWHERE): World {
  const plan = compile(policy, "000000000000");
  const registry = new HealthRegistry();
  const [random, now] = [Math.random, (): number => 0];
  const caller = { locality, labels: {} };
  const upstreams = new Upstreams({ plan, registry, caller, random, now });
  const steering = new Steering({ upstreams, random, admit: () => true });
  return { plan, registry, upstreams, steering };
}
