import assert from "node:assert/strict";
import { grant } from "../../src/capacity/bucket.ts";
import { Ledger } from "../../src/capacity/ledger.ts";
import type { CapacityAsk } from "../../src/capacity/lease.ts";

const askOf = (cluster: string, sequence: number): CapacityAsk => ({
  cluster,
  ratePerSecond: 100,
  member: "m",
  sequence,
  demandPerSecond: 50,
  unspent: 0,
  debt: 0,
});

Deno.test("ledger: a bucket for each cluster, which remembers", () => {
  const ledger = new Ledger();
  const first = grant(null, askOf("a", 1), 1_000);
  assert.deepEqual(ledger.lease(askOf("a", 1), 1_000), first.grant);
  assert.deepEqual(ledger.lease(askOf("b", 1), 1_000), { ...first.grant, cluster: "b" });
  const second = grant(first.state, askOf("a", 2), 1_100);
  assert.deepEqual(ledger.lease(askOf("a", 2), 1_100), second.grant);
});
