/**
 * Entry point on Cloudflare Workers. What is here outlives requests: an isolate keeps its policy and
 * what it knows of the fleet, and looks after both only behind a response.
 */
import { handle } from "../../../routes/gateway.ts";
import { problem } from "../../../routes/problem.ts";
import { fault } from "../../model/fault.ts";
import { logError, logger } from "../log.ts";
import type { Context, Env } from "./env.ts";
import { WorkerExchange } from "./exchange.ts";
import { type Isolate, startIsolate } from "./isolate.ts";

export { CapacityLedger } from "./capacity_ledger.ts";
export { FleetHub } from "./fleet_hub.ts";
export { HealthProber } from "./health_prober.ts";
export { PolicyRegister } from "./policy_register.ts";

let isolate: Isolate | null = null;

// deno-lint-ignore no-console
const log = logger((line) => console.log(line), () => Date.now());

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    try {
      isolate ??= startIsolate(env, request, log);
      const { settings, feed, fleet } = isolate;
      const later = (work: Promise<void>): void => context.waitUntil(work);
      if (feed.active === null) {
        fleet.behind(context);
        // Concurrent first requests load for themselves: on Workers, one can't wait for another.
        await feed.refresh(later);
      } else if (feed.due(settings.refreshMs)) later(feed.refresh(later));
      const before = feed.active;
      const answer = handle(new WorkerExchange(request, context), isolate.door(request));
      // By now it is known where the request goes, and so what there is to ask and to tell.
      fleet.behind(context);
      const response = await answer;
      if (feed.active !== before) fleet.behind(context);
      else fleet.after(context);
      return response;
    } catch (error) {
      log(logError("request_failed", error));
      return problem(fault("internal_error", "The gateway failed to handle the request."));
    }
  },
};
