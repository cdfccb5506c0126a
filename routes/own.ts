/** Limen's own endpoints, below its prefix. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Fault, fault } from "../src/model/fault.ts";
import type { PolicyFeed } from "../src/store/feed.ts";
import { MAX_POLICY_BYTES } from "../src/store/push.ts";
import { type AdminAuth } from "./admin_auth.ts";
import { type ClusterControl, clusterRoutes } from "./clusters.ts";
import { healthRoutes } from "./health.ts";
import { policyRoutes } from "./policy.ts";
import { problem } from "./problem.ts";

export interface OwnOptions extends ClusterControl {
  readonly prefix: string;
  readonly feed: PolicyFeed;
  readonly auth: AdminAuth;
}

export function ownRoutes({ prefix, feed, auth, ...control }: OwnOptions): Hono {
  const app = new Hono().basePath(prefix);
  // Whoever runs this logs what nobody expected, and answers.
  app.onError((error) => {
    throw error;
  });
  app.route("/", healthRoutes(() => feed.active !== null));
  for (const path of ["/healthz", "/readyz"]) app.all(path, () => notAllowed("GET, HEAD"));
  app.use("*", async (c, next) => {
    const refused = await auth(c.req.header("authorization") ?? null);
    if (refused !== null) return denied(refused);
    await next();
  });
  app.use("*", bodyLimit({ maxSize: MAX_POLICY_BYTES, onError: tooLarge }));
  app.route("/", policyRoutes(feed));
  app.all("/policy", () => notAllowed("GET, HEAD, PUT"));
  app.route("/", clusterRoutes(control));
  app.all("/clusters", () => notAllowed("GET, HEAD"));
  app.all("/clusters/:name/:action{drain|undrain}", () => notAllowed("POST"));
  app.notFound(() => problem(fault("not_found", "Limen has no endpoint of this name.")));
  return app;
}

function denied(refused: Fault): Response {
  const headers: Record<string, string> = refused.fault === "unauthenticated"
    ? { "www-authenticate": 'Bearer realm="limen"' }
    : refused.fault === "rate_limited"
    ? { "retry-after": "60" }
    : {};
  return problem(refused, { headers });
}

const tooLarge = (): Response =>
  problem(fault("body_too_large", `The limit is ${MAX_POLICY_BYTES} bytes.`));

const notAllowed = (allow: string): Response =>
  problem(fault("method_not_allowed", `Allowed are ${allow}.`), { headers: { allow } });
