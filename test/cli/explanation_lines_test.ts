import assert from "node:assert/strict";
import picocolors from "picocolors";
import { explanationLines } from "../../src/cli/explanation_lines.ts";
import type { ExplainedEndpoint, ExplanationJson } from "../../src/explain/explain.ts";

const endpointOf = (index: number, more: Partial<ExplainedEndpoint> = {}): ExplainedEndpoint => ({
  cluster: "aws",
  index,
  url: `http://e${index}.test`,
  priority: 0,
  region: null,
  zone: null,
  state: "unhealthy",
  share: 0,
  ...more,
});

const linesOf = (endpoints: readonly ExplainedEndpoint[]): readonly string[] => {
  const explanation: ExplanationJson = {
    live: true,
    route: "shop",
    considered: [],
    guards: [],
    clusters: { aws: 1 },
    endpoints,
    panic: [],
    request: null,
    response: null,
    endpoint: null,
    pinned: false,
  };
  const asked = {
    method: "GET",
    url: "http://shop.test/",
    headers: [],
    ip: null,
    place: { country: null, latitude: null, longitude: null },
  };
  const lines = explanationLines(asked, explanation, {
    colors: picocolors.createColors(false),
    width: Infinity,
  });
  const heading = lines.indexOf("Why endpoints are unhealthy");
  return heading < 0 ? [] : lines.slice(heading + 1);
};

const ejectedUntil = "2024-02-29T12:00:30.000Z";

Deno.test("explanation lines: why endpoints are unhealthy", () => {
  assert.deepEqual(
    linesOf([
      endpointOf(0, { state: "healthy", reason: null, ejectedUntil: null }),
      endpointOf(1, { reason: "ejected", ejectedUntil }),
      endpointOf(2, { reason: "check", ejectedUntil: null }),
      endpointOf(13, { reason: "excluded", ejectedUntil }),
    ]),
    [
      "  aws/1   outlier detection ejected it, until 2024-02-29T12:00:30.000Z",
      "  aws/2   its health checks fail",
      "  aws/13  it took itself out; and it is ejected until 2024-02-29T12:00:30.000Z",
    ],
  );
});

Deno.test("explanation lines: of many, the first; of none, and where nobody knows, nothing", () => {
  const many = Array.from({ length: 23 }, (_, n) => endpointOf(n, { reason: "check" }));
  const lines = linesOf(many);
  assert.deepEqual([lines.length, lines.at(-1)], [21, "  and 3 more: --json has them all"]);
  assert.deepEqual(linesOf([endpointOf(0, { state: "healthy", reason: null })]), []);
  assert.deepEqual(linesOf([endpointOf(0)]), []);
});
