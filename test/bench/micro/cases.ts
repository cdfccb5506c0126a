/**
 * The pure parts of a request's way, to be timed on their own. No case looks at a clock, so that
 * the same code can be timed from outside, where the runtime's clock stands still.
 */
import { buildCases, pickCases } from "./balancer_cases.ts";
import { routingCases } from "./routing_cases.ts";
import { steeringCases } from "./steering_cases.ts";
import type { Cases } from "./work.ts";

export const cases = {
  ...routingCases,
  ...steeringCases,
  ...pickCases,
  ...buildCases,
} satisfies Cases;

export type CaseName = keyof typeof cases;
