/** A gateway that is nowhere in particular and alone. */
import { CapacityGates } from "../../src/capacity/gates.ts";
import { Gateway, type GatewayOptions } from "../../src/gateway.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import { NOWHERE } from "../../src/locality/locality.ts";
import type { Platform } from "../../src/model/platform.ts";
import type { Plan } from "../../src/plan/plan.ts";

export const gatewayOf = (
  platform: Platform,
  activePlan: () => Plan | null,
  options: Partial<GatewayOptions> = {},
): Gateway =>
  new Gateway({
    platform,
    activePlan,
    caller: { locality: NOWHERE, labels: {} },
    health: new HealthRegistry(),
    gates: new CapacityGates("test"),
    ...options,
  });
