/** Cases that need no more than one origin and one route to it. */
import type { RunningGateway } from "./gateway.ts";
import { type Answer, type Origin, startOrigin } from "./origin.ts";
import type { Case } from "./suite.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** @param more further members of the policy */
export const oneRoute = (
  { url }: { url: string },
  route: Fields = {},
  more: Fields = {},
): Fields => ({
  clusters: { o: { location: "private", endpoints: [url], outlierDetection: false } },
  routes: [{ name: "all", to: "o", ...route }],
  ...more,
});

/** A case with an origin that answers so, or echoes by this name, and all requests routed to it. */
export function behind(
  answer: Answer | string,
  run: (gateway: RunningGateway, origin: Origin) => Promise<void>,
  route: Fields = {},
  more: Fields = {},
): Case {
  return async (gateway) => {
    await using origin = await startOrigin(answer);
    await gateway.push(oneRoute(origin, route, more));
    await run(gateway, origin);
  };
}
