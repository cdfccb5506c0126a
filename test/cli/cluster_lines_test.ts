import assert from "node:assert/strict";
import { clusterLines } from "../../src/cli/cluster_lines.ts";
import type { Style } from "../../src/cli/view.ts";
import { colorsFor } from "../../src/cli/output.ts";
import { clusterOf, endpointOf, NOW } from "./support/fleet.ts";

const STYLE: Style = {
  colors: colorsFor({ writeSync: () => 0, isTerminal: () => false }),
  width: Infinity,
  nowMs: NOW,
};

Deno.test("cluster lines: health, ejection, load and latency of each endpoint", () => {
  const clusters = [
    clusterOf("aws", {
      region: "us-east-1",
      endpoints: [
        endpointOf(0, { active: 3, latencyMs: { p50: 12.4, p99: 80 } }),
        endpointOf(1, {
          state: "unhealthy",
          reason: "ejected",
          ejectedUntil: new Date(NOW + 25_000).toISOString(),
          active: 1,
          latencyMs: { p50: 1.26, p99: 1234.5 },
        }),
        endpointOf(2, { state: "unhealthy", reason: "check" }),
        endpointOf(3, {
          state: "unhealthy",
          reason: "excluded",
          ejectedUntil: new Date(NOW + 5_000).toISOString(),
        }),
      ],
    }),
    clusterOf("dc", {
      location: "private",
      draining: true,
      endpoints: [endpointOf(0, { state: "draining" })],
    }),
    clusterOf("none", { endpoints: [] }),
  ];
  assert.deepEqual(clusterLines(clusters, STYLE), [
    "cluster                  state           why                              active     p50      p99",
    "aws (public, us-east-1)  1 of 4 healthy                                        4",
    "  0 http://e0.test       healthy                                               3   12 ms    80 ms",
    "  1 http://e1.test       unhealthy       ejected, 25 s more                    1  1.3 ms  1235 ms",
    "  2 http://e2.test       unhealthy       failed check                          0",
    "  3 http://e3.test       unhealthy       its own word; ejected, 5 s more       0",
    "dc (private)             draining",
    "  0 http://e0.test       draining                                              0",
    "none (public)            0 of 0 healthy",
  ]);
});

Deno.test("cluster lines: of many endpoints the well ones are counted, unless all are wanted", () => {
  const endpoints = Array.from(
    { length: 17 },
    (_, i) => endpointOf(i, i === 5 ? { state: "degraded" } : {}),
  );
  const clusters = [clusterOf("aws", { endpoints })];
  const lines = clusterLines(clusters, STYLE).map((line) => line.split(/ {2,}/).join("|"));
  assert.deepEqual(lines.slice(1), [
    "aws (public)|16 of 17 healthy|0",
    "|5 http://e5.test|degraded|0",
    "|and 16 that are healthy",
  ]);
  assert.equal(clusterLines(clusters, STYLE, true).length, 2 + 17);
  const few = [clusterOf("aws", { endpoints: endpoints.slice(0, 16) })];
  assert.equal(clusterLines(few, STYLE).length, 2 + 16);
});

Deno.test("cluster lines: a long URL gives way on a narrow terminal", () => {
  const url = `http://${"very-".repeat(20)}long.test`;
  const clusters = [clusterOf("aws", { endpoints: [endpointOf(0, { url })] })];
  for (const line of clusterLines(clusters, { ...STYLE, width: 60 })) {
    assert.ok(line.length <= 60, line);
  }
});

Deno.test("cluster lines: a policy without clusters", () => {
  assert.deepEqual(clusterLines([], STYLE), ["The policy in force names no clusters."]);
});
