/** What a test supposes: how the endpoints are, and where gateway and client stand. */
import type { StateOf } from "../health/upstreams.ts";
import type { Plan } from "../plan/plan.ts";
import type { PolicyTest } from "../policy/schema/policy.ts";
import { pairsOf } from "../policy/viewpoint_words.ts";
import { type Parsed, parsed, refused } from "../simulate/parsed.ts";
import { parseSituation, type Supposed } from "../simulate/situation.ts";
import { type Viewpoint, viewpointOf } from "../simulate/viewpoint.ts";

export interface Supposition {
  readonly stateOf: StateOf;
  readonly viewpoint: Viewpoint;
}

/** Of a test that was validated it is never refused. */
export function supposedBy(
  plan: Plan,
  { given = {}, from = {} }: Pick<PolicyTest, "given" | "from">,
): Parsed<Supposition> {
  const pairs = pairsOf(from);
  if ("problem" in pairs) return refused(pairs.problem);
  const viewpoint = viewpointOf(pairs);
  if (!viewpoint.ok) return viewpoint;
  const situation = parseSituation(plan, given as Supposed);
  if (!situation.ok) return situation;
  return parsed({ stateOf: situation.value, viewpoint: viewpoint.value });
}
