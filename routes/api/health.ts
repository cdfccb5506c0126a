/** Alive, and ready: open to all, and telling nothing else. */
import * as z from "zod";
import { fault } from "../../src/model/fault.ts";
import { endpoint } from "./endpoint.ts";
import { component } from "./schemas.ts";

const answer = (status: string): z.ZodType<{ status: string }> =>
  z.object({ status: z.literal(status) });

const alive = component("Alive", answer("ok"));
const ready = component("Ready", answer("ready"));

export const healthEndpoints = [
  endpoint({
    method: "GET",
    path: "/healthz",
    scope: null,
    summary: "Alive.",
    answer: { description: "It is.", schema: alive },
    handle: () => ({ json: { status: "ok" } }),
  }),
  endpoint({
    method: "GET",
    path: "/readyz",
    scope: null,
    summary: "Has a policy.",
    answer: { description: "It has.", schema: ready },
    refusals: ["not_ready"],
    handle: (_, { feed }) =>
      feed.active === null
        ? { refused: fault("not_ready", "No policy has been loaded so far.") }
        : { json: { status: "ready" } },
  }),
];
