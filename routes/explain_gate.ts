/** The way through the gateway that explanations take. */
import type { Gate } from "../src/explain/dry_run.ts";
import { CapacityGates } from "../src/capacity/gates.ts";
import { Gateway } from "../src/gateway.ts";
import { HealthRegistry } from "../src/health/registry.ts";
import { handle } from "./gateway.ts";

/** No path is normalised to this one: what lies at Limen's own endpoints is each deployment's setting. */
const NO_PREFIX = " ";

/** A gateway for this one request: no health, no fleet, no endpoints of its own. */
export const explainGate: Gate = async (plan, exchange, platform) => {
  const gateway = new Gateway({
    platform,
    activePlan: () => plan,
    caller: { locality: { region: "", zone: "", subzone: "" }, labels: {} },
    health: new HealthRegistry(),
    gates: new CapacityGates("explain"),
  });
  const own = (): Response => new Response(null);
  return await handle(exchange, { gateway, prefix: NO_PREFIX, own, explains: null });
};
