import assert from "node:assert/strict";
import { type Injected, injectFaults } from "../../src/fault/inject.ts";
import type { FaultPlan } from "../../src/plan/resilience.ts";
import { assertShares, seededRandom, tally } from "../support/random.ts";

const both: FaultPlan = { delay: { percent: 50, forMs: 70 }, abort: { percent: 20, status: 418 } };
const WISHES: Readonly<Record<string, string>> = {
  "x-envoy-fault-delay-request": "9",
  "x-envoy-fault-abort-request": "204",
};

interface Row {
  readonly name: string;
  readonly plan?: FaultPlan;
  readonly headers?: Readonly<Record<string, string>>;
  readonly trusted?: boolean;
  /** For the delay, then for the abort. */
  readonly draws: readonly [number, number];
  readonly leaves?: boolean;
  readonly pauses: readonly number[];
  readonly want: Injected;
}
const rows: readonly Row[] = [
  { name: "neither", draws: [0.5, 0.2], pauses: [], want: "go-on" },
  { name: "the delay alone", draws: [0.49, 0.2], pauses: [70], want: "go-on" },
  { name: "the abort alone", draws: [0.5, 0.19], pauses: [], want: { abortStatus: 418 } },
  { name: "first the delay", draws: [0, 0], pauses: [70], want: { abortStatus: 418 } },
  {
    name: "who leaves meanwhile is answered nothing",
    draws: [0, 0],
    leaves: true,
    pauses: [70],
    want: "client-gone",
  },
  { name: "a stranger's wishes", headers: WISHES, draws: [0.5, 0.2], pauses: [], want: "go-on" },
  {
    name: "a stranger meets what the route says",
    headers: WISHES,
    draws: [0, 0],
    pauses: [70],
    want: { abortStatus: 418 },
  },
  {
    name: "a trusted caller's wishes",
    headers: WISHES,
    trusted: true,
    draws: [0.49, 0.19],
    pauses: [9],
    want: { abortStatus: 204 },
  },
  {
    name: "no more often than the route says",
    headers: WISHES,
    trusted: true,
    draws: [0.5, 0.2],
    pauses: [],
    want: "go-on",
  },
  {
    name: "no delay where the route has none",
    plan: { ...both, delay: null },
    headers: WISHES,
    trusted: true,
    draws: [0, 0],
    pauses: [],
    want: { abortStatus: 204 },
  },
  {
    name: "no abort where the route has none",
    plan: { ...both, abort: null },
    headers: WISHES,
    trusted: true,
    draws: [0, 0],
    pauses: [9],
    want: "go-on",
  },
  {
    name: "by header only, and no header",
    plan: { delay: { percent: 100, forMs: null }, abort: { percent: 100, status: null } },
    trusted: true,
    draws: [0, 0],
    pauses: [],
    want: "go-on",
  },
];
for (const { name, plan = both, headers = {}, trusted = false, draws, leaves, ...row } of rows) {
  Deno.test(`inject: ${name}`, async () => {
    const [left, pauses]: [number[], number[]] = [[...draws], []];
    const got = await injectFaults(plan, {
      header: (asked) => headers[asked] ?? null,
      trusted,
      random: () => left.shift()!,
      pause: (ms) => {
        pauses.push(ms);
        return Promise.resolve(leaves !== true);
      },
    });
    assert.deepEqual([got, pauses], [row.want, row.pauses]);
  });
}

Deno.test("inject: delay and abort are drawn on their own", async () => {
  const random = seededRandom(3);
  const kinds: number[] = [];
  for (let turn = 0; turn < 5000; turn++) {
    let paused = 0;
    const got = await injectFaults(both, {
      header: () => null,
      trusted: false,
      random,
      pause: () => {
        paused = 1;
        return Promise.resolve(true);
      },
    });
    kinds.push(paused + (got === "go-on" ? 0 : 2));
  }
  // Neither, delay alone, abort alone, both.
  const counts = tally(4, kinds.length, (turn) => kinds[turn]!);
  assertShares(counts, [0.5 * 0.8, 0.5 * 0.8, 0.5 * 0.2, 0.5 * 0.2]);
});
