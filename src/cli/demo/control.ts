/** The demo's remote control: it stops clusters and starts them, and outlives them. */
import { Hono } from "hono";
import type { RunningCluster } from "./clusters.ts";

/** `GET /` tells who runs; `POST /CLUSTER/stop` and `POST /CLUSTER/start` change it. */
export function control(clusters: readonly RunningCluster[]): Hono {
  const states = (): string =>
    clusters.map(({ name, isRunning }) => `${name} ${isRunning ? "runs" : "is stopped"}\n`).join(
      "",
    );
  return new Hono()
    .get("/", (c) => c.text(states()))
    .post("/:cluster/:action{start|stop}", async (c) => {
      const { cluster, action } = c.req.param();
      const found = clusters.find(({ name }) => name === cluster);
      if (found === undefined) return c.text(`There is no cluster ${cluster}.\n${states()}`, 404);
      await (action === "stop" ? found.stop() : found.start());
      return c.text(states());
    })
    .all(
      "/:cluster/:action{start|stop}",
      (c) => c.text("Use POST, as in curl -X POST.\n", 405, { allow: "POST" }),
    )
    .notFound((c) => c.text(`POST /CLUSTER/stop or /CLUSTER/start.\n${states()}`, 404));
}
