import assert from "node:assert/strict";
import { labelsOf } from "../../src/locality/labels.ts";
import { at } from "./support.ts";

Deno.test("labels: a place gives its short and its Kubernetes names", () => {
  assert.deepEqual(
    Object.fromEntries(labelsOf(at("east/1/x"), { tier: "web" })),
    {
      tier: "web",
      region: "east",
      zone: "1",
      subzone: "x",
      "topology.kubernetes.io/region": "east",
      "topology.kubernetes.io/zone": "1",
      "topology.istio.io/subzone": "x",
    },
  );
});

Deno.test("labels: a known part of the place wins over a label, an unknown one does not", () => {
  const labels = labelsOf(at("east"), { region: "west", zone: "9" });
  assert.equal(labels.get("region"), "east");
  assert.equal(labels.get("zone"), "9");
});

Deno.test("labels: nowhere and no labels is none", () => {
  assert.equal(labelsOf(at(""), {}).size, 0);
});
