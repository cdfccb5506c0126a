/** `GET clusters`, `POST clusters/NAME/drain` and `undrain`: how clusters are, and out and back. */
import { Hono } from "hono";
import type { FleetMember } from "../src/fleet/member.ts";
import type { Gateway } from "../src/gateway.ts";
import { describeClusters, type DescribedCluster } from "../src/health/describe.ts";
import { fault } from "../src/model/fault.ts";
import { problem } from "./problem.ts";

export interface ClusterControl {
  readonly gateway: Pick<Gateway, "serving" | "health">;
  readonly fleet: Pick<FleetMember, "drain">;
}

export function clusterRoutes({ gateway, fleet }: ClusterControl): Hono {
  const clusters = (): readonly DescribedCluster[] => {
    // Whoever serves has brought its records up to date with policy and clock.
    const serving = gateway.serving();
    return serving === null ? [] : describeClusters(serving.plan, gateway.health);
  };
  const named = (name: string): DescribedCluster | undefined =>
    clusters().find((cluster) => cluster.name === name);

  return new Hono()
    .get("/clusters", (c) => {
      c.header("cache-control", "no-store");
      return c.json({ clusters: clusters() });
    })
    .post("/clusters/:name/:action{drain|undrain}", async (c) => {
      const { name, action } = c.req.param();
      const unknown = fault("not_found", "The policy names no such cluster.");
      // A drain outlives the policy that named its cluster, and can be taken back all the same.
      const isLeftOver = action === "undrain" && gateway.health.isDrained(name);
      if (named(name) === undefined && !isLeftOver) return problem(unknown);
      const failure = await fleet.drain(name, action === "drain");
      if (failure !== null) return problem(fault("store_unreachable", failure.failure));
      const now = named(name);
      if (now !== undefined) return c.json(now);
      // Else another policy came meanwhile.
      return isLeftOver ? c.json({ name, draining: false, endpoints: [] }) : problem(unknown);
    });
}
