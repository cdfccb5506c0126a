import assert from "node:assert/strict";
import { distinguish } from "../../src/locality/distinguish.ts";
import type { LocalitySetting } from "../../src/locality/setting.ts";
import { anywhere, endpoint } from "./support.ts";

const kinds: readonly { setting: LocalitySetting | null; want: number }[] = [
  { setting: null, want: 1 },
  // r1 or elsewhere, z1 or elsewhere, all in no subzone that an endpoint is in.
  { setting: { kind: "failover", failover: [] }, want: 4 },
  // r1, r2 or elsewhere, z1 or elsewhere.
  { setting: { kind: "failover", failover: [{ from: "r2", to: "r9" }] }, want: 6 },
  { setting: { kind: "distribute", distribute: [{ from: "r3/z3", to: [["*", 1]] }] }, want: 2 },
  // No endpoint has an id.
  { setting: { kind: "failoverPriority", failoverPriority: ["id"], failover: [] }, want: 1 },
  { setting: { kind: "failoverPriority", failoverPriority: ["region"], failover: [] }, want: 2 },
];
for (const { setting, want } of kinds) {
  Deno.test(`distinguish: ${want} kinds of 1000 callers for ${JSON.stringify(setting)}`, () => {
    const kindOf = distinguish([endpoint("r1/z1")], setting);
    assert.equal(new Set(anywhere(1000).map(kindOf)).size, want);
  });
}
