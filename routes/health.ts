/** Alive, and ready: open to all, and telling nothing else. */
import { Hono } from "hono";
import { fault } from "../src/model/fault.ts";
import { problem } from "./problem.ts";

export function healthRoutes(isReady: () => boolean): Hono {
  return new Hono()
    .get("/healthz", (c) => c.json({ status: "ok" }))
    .get(
      "/readyz",
      (c) =>
        isReady()
          ? c.json({ status: "ready" })
          : problem(fault("not_ready", "No policy has been loaded so far.")),
    );
}
