import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type BucketState, grant } from "../../src/capacity/bucket.ts";
import type { CapacityAsk } from "../../src/capacity/lease.ts";
import { measuresOf } from "../../src/capacity/shares.ts";
import { most } from "./fleet_simulation.ts";

const T = 1_700_000_000_000;

const ask = (fields: Partial<CapacityAsk>): CapacityAsk => ({
  cluster: "dc",
  ratePerSecond: 100,
  member: "a",
  sequence: 1,
  demandPerSecond: 50,
  unspent: 0,
  debt: 0,
  ...fields,
});

interface Row {
  readonly name: string;
  /** One after the other: when, the ask, and the tokens that it gets. */
  readonly asks:
    readonly (readonly [afterMs: number, fields: Partial<CapacityAsk>, tokens: number])[];
  /** Tokens that nobody holds at the end. */
  readonly level: number;
}

// Capacity 100: size 81, 100 per second. A demand of 50 wants 1 + 25 + 2 x 5 = 36 tokens, one of
// 200 wants 1 + 100 + 2 x 10 = 121.
const rows: Row[] = [
  { name: "a full bucket gives what is wanted", asks: [[0, {}, 36]], level: 45 },
  { name: "never more than the bucket", asks: [[0, { demandPerSecond: 200 }, 81]], level: 0 },
  {
    name: "no demand, no tokens",
    asks: [[0, { demandPerSecond: 0 }, 0]],
    level: 81,
  },
  {
    name: "unspent tokens count",
    asks: [[0, {}, 36], [100, { sequence: 2, unspent: 30 }, 6]],
    // 45 were left, and the bucket is full with the 36: nothing flows in, 6 more go.
    level: 39,
  },
  {
    name: "what is spent flows in again",
    asks: [[0, { demandPerSecond: 200 }, 81], [100, { sequence: 2, demandPerSecond: 200 }, 0], [
      300,
      { sequence: 3, demandPerSecond: 200 },
      20,
    ]],
    level: 0,
  },
  {
    name: "debts come first",
    asks: [[0, { debt: 60 }, 21]],
    level: 0,
  },
  {
    name: "debts beyond the level are paid off",
    asks: [[0, { debt: 91 }, 0], [300, { sequence: 2 }, 20]],
    level: 0,
  },
  {
    name: "debts of more than 10 seconds are forgiven",
    asks: [[0, { debt: 5000 }, 0]],
    level: -1000,
  },
  {
    name: "two in need share alike",
    // The second finds 0. Nothing flows in until the first has told that it spent 21; then 10 in
    // 100 ms. The first holds 60, more than its half of 60 + 0, and gets none of them.
    asks: [
      [0, { demandPerSecond: 400 }, 81],
      [
        100,
        { member: "b", demandPerSecond: 400 },
        0,
      ],
      [200, { demandPerSecond: 400, sequence: 2, unspent: 60 }, 0],
      [
        300,
        { member: "b", sequence: 2, demandPerSecond: 400 },
        10,
      ],
    ],
    level: 0,
  },
  {
    name: "an ask that comes twice gets nothing",
    asks: [[0, {}, 36], [0, {}, 0]],
    level: 45,
  },
  {
    name: "an ask that was overtaken gets nothing",
    asks: [[0, { sequence: 2 }, 36], [0, { sequence: 1, debt: 9 }, 0]],
    level: 45,
  },
  {
    name: "tokens of a member that vanished flow in again after 2 seconds",
    // At 1,999 ms 81 are held: the bucket can't fill. From then on it does.
    asks: [[0, { demandPerSecond: 200 }, 81], [1_999, { member: "b" }, 0], [
      2_099,
      { member: "b", sequence: 2 },
      10,
    ]],
    level: 0,
  },
  {
    name: "a clock that goes backwards",
    asks: [[0, {}, 36], [-5_000, { sequence: 2, unspent: 36 }, 0]],
    level: 45,
  },
  {
    name: "a smaller capacity holds at once",
    asks: [[0, {}, 36], [0, { member: "b", ratePerSecond: 10 }, 0]],
    // Size 9, of which 36 are out.
    level: -27,
  },
  {
    name: "half a request per second",
    asks: [
      [0, { ratePerSecond: 0.5, demandPerSecond: 9 }, 1],
      [100, { ratePerSecond: 0.5, demandPerSecond: 9, sequence: 2 }, 0],
      [2_050, { ratePerSecond: 0.5, demandPerSecond: 9, sequence: 3 }, 0],
      [2_150, { ratePerSecond: 0.5, demandPerSecond: 9, sequence: 4 }, 1],
    ],
    // It fills from 100 ms on, when the first token is known to be spent.
    level: 0,
  },
];
for (const { name, asks, level } of rows) {
  Deno.test(`capacity bucket: ${name}`, () => {
    let state: BucketState | null = null;
    for (const [afterMs, fields, tokens] of asks) {
      const decided = grant(state, ask(fields), T + afterMs);
      state = decided.state;
      assert.equal(decided.grant.tokens, tokens, `at ${afterMs}`);
      assert.equal(decided.grant.sequence, fields.sequence ?? 1);
      assert.equal(decided.grant.forMs, 2_000);
    }
    assert.ok(Math.abs(state!.level - level) < 1e-3, `level ${state!.level}, not ${level}`);
  });
}

Deno.test("capacity bucket: who waits longest is served first", () => {
  let state: BucketState | null = null;
  const at = (afterMs: number, member: string, sequence: number, debt = 0): number => {
    const decided = grant(
      state,
      ask({ ratePerSecond: 10, member, sequence, demandPerSecond: 30, debt }),
      T + afterMs,
    );
    state = decided.state;
    return decided.grant.tokens;
  };
  // Size 9: a debt of 9 empties it. A token flows in every 100 ms.
  assert.equal(at(0, "a", 1, 9), 0);
  assert.equal(at(10, "b", 1), 0);
  assert.equal(at(150, "b", 2), 0, "the first one is kept for a");
  assert.equal(at(160, "a", 2), 1);
  assert.equal(at(170, "a", 3), 0);
  assert.equal(at(210, "a", 4), 0, "the second is b's");
  assert.equal(at(220, "b", 3), 1);
});

Deno.test("capacity bucket: a thousand members fit into 64 KiB and are told to ask less often", () => {
  let state: BucketState | null = null;
  let last = grant(null, ask({}), T).grant;
  for (let i = 0; i < 1_200; i++) {
    const decided = grant(
      state,
      ask({
        member: `0192f0c1-7d3e-7000-8000-${String(i).padStart(12, "0")}`,
        sequence: Math.floor(T / 100) + i,
        ratePerSecond: 50_000,
        demandPerSecond: 123.456,
        debt: 1,
      }),
      T + 9_000_000 + i,
    );
    state = decided.state;
    last = decided.grant;
  }
  assert.equal(state!.members.length, 1_000);
  assert.equal(new Set(state!.members.map(([key]) => key)).size, 1_000);
  assert.ok(JSON.stringify(state).length < 65_536, `${JSON.stringify(state).length}`);
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
  assert.equal(last.askInMs, Math.ceil(2.5 * 1_001));
  // The least recent one makes room, once its lease is over.
  const sequence = Math.floor(T / 100);
  const early = grant(state, ask({ sequence }), T + 9_001_999);
  assert.equal(early.state.members.length, 1_000);
  assert.equal(early.state.members[0]![1], state!.members[0]![1]);
  const soon = grant(state, ask({ sequence }), T + 9_002_000);
  assert.equal(soon.state.members.length, 1_000);
  assert.ok(soon.state.members[0]![1] > state!.members[0]![1]);
  // The members of the last hour make room for those of now, and times stay short.
  const later = grant(state, ask({ sequence: Math.floor(T / 100) + 1 }), T + 20_000_000);
  assert.equal(later.state.members.length, 1);
  assert.equal(later.state.members[0]![1], 0);
});

/** What a network and 4 members may do, at worst, to a coordinator. */
type Move =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "spend"; readonly member: number; readonly most: number }
  | { readonly kind: "ask"; readonly member: number; readonly demand: number }
  | { readonly kind: "deliver"; readonly which: number; readonly answered: boolean };

const member = fc.nat(3);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ kind: fc.constant("spend" as const), member, most: fc.nat(60) }),
  fc.record({
    kind: fc.constant("ask" as const),
    member,
    demand: fc.integer({ min: 1, max: 500 }),
  }),
  fc.record({
    kind: fc.constant("deliver" as const),
    which: fc.nat(7),
    answered: fc.boolean(),
  }),
);

Deno.test("capacity bucket: the bounds hold for any schedule of asks, delays, losses and spending", () => {
  let spentInAll = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(0.5, 1, 3, 20, 100),
      fc.array(move, { minLength: 10, maxLength: 150, size: "max" }),
      (rate, moves) => {
        let now = T;
        let state: BucketState | null = null;
        const members = [0, 1, 2, 3].map(() => ({ tokens: 0, lapseMs: 0, sequence: 0 }));
        const pending: { ask: CapacityAsk; from: number; sentMs: number }[] = [];
        const spent: number[] = [];
        for (const next of moves) {
          if (next.kind === "wait") now += next.ms;
          else if (next.kind === "deliver") {
            const [message] = pending.splice(next.which % Math.max(1, pending.length), 1);
            if (message === undefined) continue;
            const decided = grant(state, message.ask, now);
            state = decided.state;
            const asker = members[message.from]!;
            if (!next.answered || asker.sequence !== message.ask.sequence) continue;
            if (now >= asker.lapseMs) asker.tokens = 0;
            asker.tokens += decided.grant.tokens;
            asker.lapseMs = message.sentMs + decided.grant.forMs;
          } else {
            const actor = members[next.member]!;
            if (now >= actor.lapseMs) actor.tokens = 0;
            if (next.kind === "spend") {
              const count = Math.min(actor.tokens, next.most);
              actor.tokens -= count;
              for (let i = 0; i < count; i++) spent.push(now);
            } else {
              pending.push({
                ask: ask({
                  ratePerSecond: rate,
                  member: `m${next.member}`,
                  sequence: ++actor.sequence,
                  demandPerSecond: next.demand,
                  unspent: actor.tokens,
                }),
                from: next.member,
                sentMs: now,
              });
            }
          }
        }
        spentInAll += spent.length;
        const { size, perSecond } = measuresOf(rate);
        for (const seconds of [0.001, 1, 3, 10]) {
          const may = size + perSecond * seconds;
          const were = most(spent, seconds * 1000);
          assert.ok(were <= may + 1e-6, `${were} in ${seconds} s, of ${may}`);
        }
      },
    ),
    { numRuns: 1_000, seed: 20 },
  );
  assert.ok(spentInAll > 1_000, `${spentInAll} spent: the schedules say little`);
});
