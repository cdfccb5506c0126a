import assert from "node:assert/strict";
import { activationOf, fitFindings, parseActivation } from "../../src/store/history.ts";
import { finding } from "./fakes.ts";

const stamp = { revision: "0123456789ab", fingerprint: "v1", at: "2026-11-20T12:00:00.000Z" };

Deno.test("history: what nobody said is null", () => {
  assert.deepEqual(activationOf(stamp, "put", []), {
    revision: "0123456789ab",
    at: "2026-11-20T12:00:00.000Z",
    by: null,
    message: null,
    source: "put",
    findings: [],
  });
});

Deno.test("history: an activation is read back as it was written", () => {
  const warnings = [{ ...finding("routes[0]", "never reached"), severity: "warning" as const }];
  const activation = activationOf({ ...stamp, by: "ann", message: "why" }, "rollback", warnings);
  assert.deepEqual(parseActivation(JSON.parse(JSON.stringify(activation))), activation);
});

const broken = [
  { name: "nothing", value: null },
  { name: "a text", value: "push" },
  { name: "no revision", value: { at: stamp.at, source: "push" } },
  { name: "no time", value: { revision: stamp.revision, source: "push" } },
  { name: "another source", value: { ...stamp, source: "magic" } },
];
for (const { name, value } of broken) {
  Deno.test(`history: ${name} is no activation`, () => {
    assert.equal(parseActivation(value), null);
  });
}

Deno.test("history: of too many findings the first are kept, and the others counted", () => {
  const all = Array.from({ length: 10 }, (_, i) => finding(`routes[${i}]`, "x"));
  const bytes = JSON.stringify(all[0]).length;
  const kept = fitFindings(all, 3 * bytes);
  assert.deepEqual(kept.slice(0, 3), all.slice(0, 3));
  assert.equal(kept.length, 4);
  assert.match(kept[3]!.message, /^7 more/);
  assert.equal(fitFindings(all, 10 * bytes), all);
});
