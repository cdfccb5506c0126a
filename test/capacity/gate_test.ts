import assert from "node:assert/strict";
import { CapacityGate } from "../../src/capacity/gate.ts";
import type { CapacityAsk, CapacityGrant } from "../../src/capacity/lease.ts";

const T = 1_700_000_000_000;

const answer = (ask: CapacityAsk | null, fields: Partial<CapacityGrant> = {}): CapacityGrant => ({
  cluster: "dc",
  sequence: ask!.sequence,
  tokens: 0,
  forMs: 2_000,
  allowance: { requests: 1, everyMs: 4_000 },
  askInMs: 100,
  members: 4,
  ...fields,
});

const gateOf = (rate: number): CapacityGate => new CapacityGate("dc", rate, "me");

/** How many of `count` requests at one time are admitted. */
const admitted = (gate: CapacityGate, count: number, nowMs: number): number => {
  let passed = 0;
  for (let i = 0; i < count; i++) if (gate.admit(nowMs)) passed++;
  return passed;
};

Deno.test("capacity gate: one that nobody has answered lets a fiftieth of a second pass, at least one", () => {
  assert.equal(admitted(gateOf(500), 100, T), 10);
  assert.equal(admitted(gateOf(0.5), 100, T), 1);
  // And then half of a fiftieth each second.
  const gate = gateOf(500);
  admitted(gate, 100, T);
  assert.equal(admitted(gate, 100, T + 1_000), 5);
});

Deno.test("capacity gate: whether there is room is what the next request meets, and takes none", () => {
  const gate = gateOf(500);
  const agrees = (nowMs: number): void => {
    const room = gate.hasRoom(nowMs);
    assert.equal(gate.hasRoom(nowMs), room);
    assert.equal(gate.admit(nowMs), room);
  };
  for (let i = 0; i < 50; i++) agrees(T + i * 40);
  const ask = gate.ask(T + 2_000);
  gate.granted(answer(ask, { tokens: 12, forMs: 300 }), T + 2_010);
  for (let i = 0; i < 50; i++) agrees(T + 2_010 + i * 20);
});

Deno.test("capacity gate: it asks before its first request, and tells its debt after", () => {
  const gate = gateOf(500);
  const first = gate.ask(T);
  assert.deepEqual(first, {
    cluster: "dc",
    ratePerSecond: 500,
    member: "me",
    sequence: T / 100,
    demandPerSecond: 0,
    unspent: 0,
    debt: 0,
  });
  assert.equal(gate.ask(T + 10), null, "one ask at a time");
  gate.granted(answer(first), T + 20);
  assert.equal(gate.ask(T + 3_000), null);
  assert.equal(gate.dueMs, Infinity, "idle");
  assert.equal(gate.admit(T + 5_000), true);
  const second = gate.ask(gate.dueMs);
  assert.equal(second?.debt, 1);
});

Deno.test("capacity gate: tokens are spent one by one, until they lapse", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  const ask = gate.ask(T);
  // 2 are the fiftieth of a second: told, and paid by the coordinator.
  assert.equal(ask?.debt, 2);
  gate.granted(answer(ask, { tokens: 5 }), T + 200);
  assert.equal(admitted(gate, 3, T + 200), 3);
  assert.equal(gate.ask(T + 300)?.unspent, 2);
  assert.equal(gate.admit(T + 1_999), true);
  assert.equal(gate.admit(T + 2_000), false, "counted from the ask, not from the answer");
});

Deno.test("capacity gate: a grant extends the tokens that are left", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  gate.granted(answer(gate.ask(T), { tokens: 3 }), T + 200);
  gate.admit(T + 1_000);
  const ask = gate.ask(T + 1_000);
  assert.equal(ask?.unspent, 2);
  gate.granted(answer(ask, { tokens: 1 }), T + 1_100);
  assert.equal(admitted(gate, 9, T + 2_999), 3);
});

Deno.test("capacity gate: tokens that lapsed on the way stay lapsed", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  gate.granted(answer(gate.ask(T), { tokens: 3 }), T + 200);
  gate.admit(T + 1_900);
  const ask = gate.ask(T + 1_900);
  assert.equal(ask?.unspent, 2);
  gate.granted(answer(ask, { tokens: 1 }), T + 2_100);
  assert.equal(admitted(gate, 9, T + 2_100), 1);
});

Deno.test("capacity gate: what passed without a token since the ask is paid with the answer's", () => {
  const gate = gateOf(100);
  const ask = gate.ask(T);
  assert.equal(admitted(gate, 9, T + 10), 2);
  gate.granted(answer(ask, { tokens: 5 }), T + 100);
  assert.equal(admitted(gate, 9, T + 110), 3);
  assert.equal(gate.ask(T + 200)?.debt, 0);
});

Deno.test("capacity gate: an answer to another ask changes nothing", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  const ask = gate.ask(T);
  gate.granted(answer(ask, { tokens: 5, sequence: 7 }), T + 100);
  assert.equal(gate.admit(T + 100), false);
  gate.granted(answer(ask, { tokens: 5 }), T + 100);
  gate.granted(answer(ask, { tokens: 5 }), T + 100);
  assert.equal(admitted(gate, 9, T + 100), 5);
});

Deno.test("capacity gate: one request, then the pause that it was told", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  gate.granted(answer(gate.ask(T), { allowance: { requests: 1, everyMs: 8_000 } }), T);
  assert.equal(gate.admit(T + 7_999), false);
  assert.equal(gate.admit(T + 8_000), true);
  assert.equal(gate.admit(T + 8_100), false);
});

Deno.test("capacity gate: while nobody answers it lets half its share pass, without debt", () => {
  const gate = gateOf(400);
  admitted(gate, 50, T);
  const first = gate.ask(T);
  gate.granted(answer(first, { members: 4 }), T + 50);
  gate.admit(T + 100);
  const lost = gate.ask(T + 200);
  assert.ok(lost);
  gate.failed(first!, T + 300);
  assert.ok(gate.dueMs > T + 600, "that was another ask");
  gate.failed(lost, T + 300);
  let passed = 0;
  for (let at = 1_000; at < 11_000; at += 2) if (gate.admit(T + at)) passed++;
  // 400 / 4 / 2 each second, and a tenth of that at the beginning.
  assert.ok(passed >= 495 && passed <= 506, `${passed}`);
  assert.equal(gate.ask(T + 11_000)?.debt, 0);
});

Deno.test("capacity gate: it goes on asking, less often, as long as there are requests", () => {
  const gate = gateOf(100);
  const times: number[] = [];
  for (let at = 0; at < 10_000; at += 10) {
    gate.admit(T + at);
    const ask = gate.ask(T + at);
    if (ask === null) continue;
    times.push(at);
    gate.failed(ask, T + at);
  }
  assert.deepEqual(times, [0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100, 9_100]);
});

Deno.test("capacity gate: an ask without an answer has failed after a second", () => {
  const gate = gateOf(100);
  gate.admit(T);
  const ask = gate.ask(T);
  assert.equal(gate.ask(T + 999), null);
  assert.equal(gate.ask(T + 1_000), null);
  assert.equal(gate.dueMs, T + 1_100);
  const again = gate.ask(T + 1_100);
  assert.ok(again!.sequence > ask!.sequence);
  gate.granted(answer(ask, { tokens: 9 }), T + 1_110);
  assert.equal(gate.admit(T + 1_120), true, "the second of a fiftieth of a second");
  assert.equal(gate.admit(T + 1_120), false);
});

Deno.test("capacity gate: when it asks", () => {
  const gate = gateOf(100);
  for (let at = 0; at < 1_000; at += 20) gate.admit(T + at);
  const ask = gate.ask(T + 1_000);
  assert.equal(ask?.demandPerSecond, 50);
  gate.granted(answer(ask, { tokens: 30 }), T + 1_100);
  // 50 per second bring 1 + 50 x (0.03 + 0.1) while an answer is on its way.
  assert.equal(gate.dueMs, T + 1_200, "again, since some will be spent");
  admitted(gate, 22, T + 1_110);
  assert.equal(gate.dueMs, T + 1_200);
  gate.admit(T + 1_110);
  assert.equal(gate.dueMs, T + 1_100, "as soon as it may, since they run out");
});

Deno.test("capacity gate: idle, it keeps its tokens a while and then is silent", () => {
  const gate = gateOf(100);
  for (let at = 0; at < 1_000; at += 500) gate.admit(T + at);
  gate.granted(answer(gate.ask(T + 1_000), { tokens: 4 }), T + 1_050);
  let asks = 0;
  for (let at = 1_100; at < 20_000; at += 50) {
    const ask = gate.ask(T + at);
    if (ask === null) continue;
    asks++;
    gate.granted(answer(ask), T + at + 20);
  }
  assert.ok(asks >= 2 && asks <= 10, `${asks}`);
  assert.equal(gate.dueMs, Infinity);
  assert.equal(admitted(gate, 9, T + 20_000), 1, "the allowance; the tokens have lapsed");
});

Deno.test("capacity gate: a smaller capacity leaves its part of what is in hand, and is asked for at once", () => {
  const gate = gateOf(100);
  admitted(gate, 5, T);
  gate.granted(answer(gate.ask(T), { tokens: 50 }), T + 50);
  const old = gate.ask(gate.dueMs);
  gate.changeRate(20);
  assert.equal(gate.dueMs, 0);
  gate.granted(answer(old, { tokens: 50 }), T + 150);
  const ask = gate.ask(T + 160);
  assert.equal(ask?.ratePerSecond, 20);
  assert.equal(ask?.unspent, 10);
  gate.changeRate(20);
  assert.notEqual(gate.dueMs, 0, "no change");
});
