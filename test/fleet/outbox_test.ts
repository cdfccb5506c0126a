import assert from "node:assert/strict";
import { type Found, Outbox } from "../../src/fleet/outbox.ts";
import type { FleetReport } from "../../src/fleet/port.ts";

const report = (spec: Partial<Found>): Found => ({
  ejections: [],
  busy: [],
  takenOut: [],
  ...spec,
});
const ejection = (origin: string, untilMs: number): FleetReport["ejections"][number] => ({
  cluster: "dc",
  origin,
  untilMs,
});
const out = (origin: string): FleetReport["takenOut"][number] => ({ cluster: "dc", origin });

Deno.test("outbox: what was added is taken once", () => {
  const outbox = new Outbox();
  const told = report({ ejections: [ejection("a", 10)], busy: ["dc"], takenOut: [out("b")] });
  outbox.add(told);
  assert.deepEqual(outbox.take(0), told);
  assert.deepEqual(outbox.take(0), report({}));
});

Deno.test("outbox: reports that were not taken add up", () => {
  const outbox = new Outbox();
  outbox.add(report({ ejections: [ejection("a", 10)], busy: ["dc", "aws"], takenOut: [out("a")] }));
  outbox.add(report({ ejections: [ejection("b", 20)], busy: ["dc", "pop"], takenOut: [out("b")] }));
  assert.deepEqual(
    outbox.take(10),
    report({
      ejections: [ejection("b", 20)],
      busy: ["dc", "aws", "pop"],
      takenOut: [out("a"), out("b")],
    }),
  );
});

Deno.test("outbox: is bounded, and keeps what is newest", () => {
  const outbox = new Outbox();
  for (let i = 0; i < 3_000; i++) {
    outbox.add(
      report({ ejections: [ejection(`${i}`, 9)], busy: [`${i}`], takenOut: [out(`${i}`)] }),
    );
  }
  const { ejections, busy, takenOut } = outbox.take(0);
  assert.deepEqual([ejections.length, busy.length, takenOut.length], [1_000, 1_000, 1_000]);
  assert.deepEqual([ejections.at(-1)?.origin, busy.at(-1), takenOut.at(-1)?.origin], [
    "2999",
    "2999",
    "2999",
  ]);
});
