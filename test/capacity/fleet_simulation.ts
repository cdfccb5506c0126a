/** A fleet that shares a capacity, event by event: virtual time, seeded chance, nothing else. */
import { type BucketState, grant } from "../../src/capacity/bucket.ts";
import { CapacityGate } from "../../src/capacity/gate.ts";
import type { CapacityAsk } from "../../src/capacity/lease.ts";
import { seededRandom } from "../support/random.ts";

export interface Scenario {
  readonly seed: number;
  readonly members: number;
  /** Requests per second of the whole fleet. */
  readonly capacity: number;
  readonly seconds: number;
  /** Requests per second that one member sees at a time; Poisson. */
  readonly demand: (member: number, seconds: number) => number;
  /** The highest value of `demand`. */
  readonly demandAtMost: number;
  /** From a member to the coordinator and back, in milliseconds, at least and at most. */
  readonly roundTripMs: readonly [number, number];
  /** When a member is there, in seconds; absent: all the time. */
  readonly alive?: (member: number, seconds: number) => boolean;
  /** Whether a member's asks are lost; absent: never. */
  readonly cut?: (member: number, seconds: number) => boolean;
  /** Before this the counts below do not count; default 0. */
  readonly from?: number;
}

export interface Outcome {
  /** Most requests in any window of 1 and 10 seconds, as multiples of what the capacity allows on average. */
  readonly worst1: number;
  readonly worst10: number;
  /** The same as counts. */
  readonly most1: number;
  readonly most10: number;
  /** Admitted per second, as a part of the capacity. */
  readonly used: number;
  /** Admitted as a part of what came. */
  readonly passed: number;
  /** The least and the greatest part of its requests that any member got through. */
  readonly leastPassed: number;
  readonly mostPassed: number;
  readonly asksPerSecond: number;
  readonly times: readonly number[];
}

type Step = (nowMs: number) => void;

/** A binary heap of what is to happen, by time. */
class Agenda {
  readonly #heap: { at: number; order: number; step: Step }[] = [];
  #order = 0;

  add(at: number, step: Step): void {
    const heap = this.#heap;
    const entry = { at, order: this.#order++, step };
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(entry, heap[up]!)) break;
      heap[i] = heap[up]!;
      i = up;
    }
    heap[i] = entry;
  }

  take(): { at: number; step: Step } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

const before = (a: { at: number; order: number }, b: { at: number; order: number }): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** Members' clocks differ from the coordinator's by up to an hour. */
const SKEW_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

export function simulate(scenario: Scenario): Outcome {
  const random = seededRandom(scenario.seed);
  const agenda = new Agenda();
  const endMs = scenario.seconds * 1000;
  const alive = scenario.alive ?? (() => true);
  const cut = scenario.cut ?? (() => false);
  const fromMs = 1000 * (scenario.from ?? 0);
  let state: BucketState | null = null;
  let asks = 0;
  const times: number[] = [];
  const came = new Array<number>(scenario.members).fill(0);
  const passed = new Array<number>(scenario.members).fill(0);

  for (let member = 0; member < scenario.members; member++) {
    const skew = START_MS + Math.floor((random() * 2 - 1) * SKEW_MS);
    let gate: CapacityGate | null = null;
    let lives = 0;
    /** When the member's timer next goes off. */
    let timerMs = Infinity;

    const arm = (nowMs: number): void => {
      if (gate === null || gate.dueMs === Infinity) return;
      const at = Math.max(nowMs, gate.dueMs - skew);
      if (at >= timerMs && timerMs > nowMs) return;
      timerMs = at;
      agenda.add(at, (firedMs) => {
        if (firedMs !== timerMs) return;
        timerMs = Infinity;
        look(firedMs);
      });
    };
    const look = (nowMs: number): void => {
      if (gate === null) return;
      const ask = gate.ask(nowMs + skew);
      if (ask !== null) send(gate, ask, nowMs);
      arm(nowMs);
    };
    const send = (asker: CapacityGate, ask: CapacityAsk, nowMs: number): void => {
      const [least, most] = scenario.roundTripMs;
      const roundTrip = least + (most - least) * random();
      const there = nowMs + roundTrip * random();
      if (cut(member, nowMs / 1000)) {
        agenda.add(nowMs + roundTrip, (at) => {
          asker.failed(ask, at + skew);
          arm(at);
        });
        return;
      }
      agenda.add(there, (at) => {
        asks++;
        const decided = grant(state, ask, START_MS + at);
        state = decided.state;
        agenda.add(nowMs + roundTrip, (backAt) => {
          asker.granted(decided.grant, backAt + skew);
          arm(backAt);
        });
      });
    };
    const request = (nowMs: number): void => {
      const seconds = nowMs / 1000;
      if (!alive(member, seconds)) {
        gate = null;
        timerMs = Infinity;
      } else {
        gate ??= new CapacityGate("c", scenario.capacity, `member-${member}-${lives++}`);
        if (random() * scenario.demandAtMost < scenario.demand(member, seconds)) {
          const admitted = gate.admit(nowMs + skew);
          if (admitted) times.push(nowMs);
          if (nowMs >= fromMs) {
            came[member]!++;
            if (admitted) passed[member]!++;
          }
        }
        arm(nowMs);
      }
      next(nowMs);
    };
    const next = (nowMs: number): void => {
      const at = nowMs - 1000 * Math.log(1 - random()) / scenario.demandAtMost;
      if (at < endMs) agenda.add(at, request);
    };
    next(0);
  }

  for (let entry = agenda.take(); entry !== undefined; entry = agenda.take()) {
    if (entry.at >= endMs) break;
    entry.step(entry.at);
  }

  const counted = times.filter((at) => at >= fromMs);
  const most1 = most(counted, 1000);
  const most10 = most(counted, 10_000);
  const parts = came.flatMap((n, i) => n > 0 ? [passed[i]! / n] : []);
  const all = came.reduce((a, b) => a + b, 0);
  return {
    worst1: most1 / scenario.capacity,
    worst10: most10 / (10 * scenario.capacity),
    most1,
    most10,
    used: counted.length * 1000 / (endMs - fromMs) / scenario.capacity,
    passed: counted.length / all,
    leastPassed: Math.min(...parts),
    mostPassed: Math.max(...parts),
    asksPerSecond: asks * 1000 / endMs,
    times,
  };
}

/** The greatest number of `times` (ascending) within any window of `windowMs`. */
export function most(times: readonly number[], windowMs: number): number {
  let greatest = 0;
  for (let first = 0, next = 0; next < times.length; next++) {
    while (times[next]! - times[first]! >= windowMs) first++;
    greatest = Math.max(greatest, next - first + 1);
  }
  return greatest;
}
