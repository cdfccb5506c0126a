/** Whose health an explanation goes by: a running gateway's own, or one that is supposed. */
import type { Plan } from "../plan/plan.ts";
import { supposedSteering } from "../simulate/simulate.ts";
import type { Viewpoint } from "../simulate/viewpoint.ts";
import type { Steering } from "../steer/steering.ts";
import type { AskedRequest, Gate } from "./dry_run.ts";
import { explain, type Explanation } from "./explain.ts";

/**
 * By the health, load and latencies that a gateway knows of now, from where it stands.
 *
 * @param serving of that gateway: `Gateway.serving()`
 * @throws {TypeError} for a header that no message may have
 */
export const explainLive = (
  asked: AskedRequest,
  { plan, steering }: { readonly plan: Plan; readonly steering: Steering },
  gate: Gate,
  uuid: () => string,
): Promise<Explanation> => explain(asked, { plan, steering, gate, uuid, live: true });

/**
 * As if a gateway stood at `viewpoint` and all of its endpoints were well.
 *
 * @throws {TypeError} for a header that no message may have
 */
export const explainSupposed = (
  asked: AskedRequest,
  { plan, viewpoint }: { readonly plan: Plan; readonly viewpoint: Viewpoint },
  gate: Gate,
  uuid: () => string,
): Promise<Explanation> => {
  const steering = supposedSteering(plan, () => "healthy", viewpoint);
  return explain(asked, { plan, steering, gate, uuid });
};
