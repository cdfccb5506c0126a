import assert from "node:assert/strict";
import type { CapacityAsk } from "../../../src/capacity/lease.ts";
import { DenoFleetStore } from "../../../src/platform/deno/fleet_store.ts";
import { leaseFrom } from "../../../src/platform/deno/kv_bucket.ts";
import { KvConnection } from "../../../src/platform/deno/kv_connection.ts";
import { faulty, memoryKv } from "./fakes.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const RATE = 100;
/** A bucket holds one second's worth at the most, or a second could see more than twice the rate. */
const SIZE = RATE;

const ask = (member: string, spec: Partial<CapacityAsk> = {}): CapacityAsk => ({
  cluster: "dc",
  ratePerSecond: RATE,
  member,
  sequence: 1,
  demandPerSecond: 1_000,
  unspent: 0,
  debt: 0,
  ...spec,
});

Deno.test("kv bucket: members that ask at once get no more together than there is", () =>
  memoryKv(async (kv) => {
    const members = Array.from({ length: 12 }, (_, i) => `m${i}`);
    const grants = await Promise.all(members.map((name) => leaseFrom(kv, ask(name), () => NOW)));
    const tokens = grants.map((grant) => grant?.tokens ?? 0).reduce((a, b) => a + b, 0);
    assert.ok(tokens > 0 && tokens <= SIZE, `${tokens} tokens`);
    const later = await leaseFrom(kv, ask("late"), () => NOW);
    assert.ok(tokens + later!.tokens <= SIZE);
  }));

Deno.test("kv bucket: an ask that another one overtakes is decided on what that one left", () =>
  memoryKv(async (kv) => {
    const slow = faulty(kv);
    let overtaken = false;
    let first = 0;
    slow.before = async (name) => {
      if (name !== "commit" || overtaken) return;
      overtaken = true;
      first = (await leaseFrom(kv, ask("fast"), () => NOW))!.tokens;
    };
    const second = (await leaseFrom(slow.kv, ask("slow"), () => NOW))!.tokens;
    assert.ok(first > 0);
    assert.ok(first + second <= SIZE);
  }));

Deno.test("kv bucket: who is always overtaken gets no answer", () =>
  memoryKv(async (kv) => {
    const slow = faulty(kv);
    let turn = 0;
    slow.before = async (name) => {
      if (name === "commit") await leaseFrom(kv, ask("fast", { sequence: ++turn }), () => NOW);
    };
    assert.equal(await leaseFrom(slow.kv, ask("slow"), () => NOW), null);
  }));

Deno.test("kv bucket: the store grants what can be decided, cluster by cluster", () =>
  memoryKv(async (kv) => {
    const store = new DenoFleetStore(new KvConnection(() => Promise.resolve(kv)), () => NOW);
    const grants = await store.lease([ask("m"), ask("m", { cluster: "aws", sequence: 7 })]);
    assert.ok(!("failure" in grants));
    assert.deepEqual(grants.map(({ cluster, sequence }) => [cluster, sequence]), [
      ["dc", 1],
      ["aws", 7],
    ]);
    const broken = faulty(kv);
    broken.failAt = 0;
    const failing = new DenoFleetStore(
      new KvConnection(() => Promise.resolve(broken.kv)),
      () => NOW,
    );
    assert.deepEqual(await failing.lease([ask("m")]), { failure: "injected at get" });
  }));
