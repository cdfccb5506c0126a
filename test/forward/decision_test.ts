/** What is noted of a request's way: the truth about its tries. */
import assert from "node:assert/strict";
import type { DecidedAttempt, Decision } from "../../src/decision/decision.ts";
import { DecisionRecorder } from "../../src/decision/recorder.ts";
import { isFault } from "../../src/model/fault.ts";
import type { Answer, SendFailure } from "../../src/model/platform.ts";
import { aborted, type Reply, type Sent } from "../support/platform.ts";
import { FakeClock } from "../support/timers.ts";
import { type Fixture, type Setup, setUp } from "./fixture.ts";

/** An answer, or a failure, after some time. */
type Timed = readonly [ms: number, reply: number | SendFailure["failure"]];

interface Told extends Omit<Decision, "attempts"> {
  /** `CLUSTER/N CAUSE of N, after WAIT, at MS, took MS: OUTCOME` */
  readonly attempts: readonly string[];
}

interface Telling extends Setup {
  readonly tries?: readonly Timed[];
  /** What is drawn for a back-off; 0 unless set. */
  readonly drawn?: number;
  /** Endpoints that are ejected: `CLUSTER` or `CLUSTER/N`. */
  readonly down?: readonly string[];
}

async function decided({ tries, drawn = 0, down = [], ...setup }: Telling): Promise<Told> {
  const script = tries?.map(([ms, reply]): Reply => (sent: Sent) =>
    new Promise<Answer | SendFailure>((resolve) => {
      void aborted(sent.signal).then(resolve);
      fixture.platform.after(ms, () =>
        resolve(
          typeof reply === "number"
            ? fixture.platform.answer(reply)
            : { failure: reply, bodyUntouched: false },
        ));
    })
  );
  // All clocks of tests begin at one time.
  let clock = new FakeClock();
  const decision = new DecisionRecorder(() => clock.nowMs);
  const fixture: Fixture = setUp({
    ...(script !== undefined && { script }),
    ...setup,
    forwarding: { ...setup.forwarding, decision },
  });
  fixture.platform.random = (): number => drawn;
  clock = fixture.platform.clock;
  fixture.world.eject(clock.nowMs, ...down);
  let isDone = false;
  const running = fixture.run().then((result) => {
    isDone = true;
    return result;
  });
  while (!isDone) await clock.advance(1);
  const result = await running;
  decision.answered = isFault(result) ? result.fault : "upstream";
  const { attempts = [], ...told } = decision.decision()!;
  return { ...told, attempts: attempts.map(inWords) };
}

const inWords = (attempt: DecidedAttempt): string => {
  const { cluster, endpoint, cause, of, waitMs, atMs, tookMs, outcome } = attempt;
  return [
    `${cluster}/${endpoint} ${cause}`,
    ...(of === undefined ? [] : [`of ${of}`]),
    ...(waitMs === undefined ? [] : [`after ${waitMs}`]),
    ...(atMs === undefined ? [] : [`at ${atMs}`]),
    ...(tookMs === undefined ? [] : [`took ${tookMs}`]),
    outcome,
  ].join(", ");
};

Deno.test("decision: one try", async () => {
  assert.deepEqual(await decided({ clusters: { a: 1 }, tries: [[7, 200]] }), {
    revision: null,
    route: null,
    answered: "upstream",
    totalMs: 7,
    shares: { a: 1 },
    chosen: { member: "a", by: "only", cluster: "a" },
    attempts: ["a/0 first, at 0, took 7, 200"],
  });
});

interface Row {
  readonly name: string;
  readonly setup: Telling;
  readonly want: Partial<Told>;
}

const rows: readonly Row[] = [
  {
    name: "retries, each of the one before it",
    setup: { tries: [[5, "connect"], [6, 503], [7, 201]] },
    want: {
      totalMs: 18,
      attempts: [
        "a/1 first, at 0, took 5, connect-failure",
        "a/0 retry, of 1, at 5, took 6, 503",
        "a/2 retry, of 2, at 11, took 7, 201",
      ],
    },
  },
  {
    name: "a back-off is waited for",
    setup: {
      tries: [[5, 503], [5, 200]],
      retry: { backoffBaseMs: 40 },
      drawn: 0.5,
    },
    want: {
      attempts: ["a/1 first, at 0, took 5, 503", "a/0 retry, of 1, after 20, at 25, took 5, 200"],
    },
  },
  {
    name: "a try that times out",
    setup: { tries: [[900, 200], [5, 200]], retry: { perTryTimeoutMs: 100 } },
    want: {
      attempts: ["a/1 first, at 0, took 100, timeout", "a/0 retry, of 1, at 100, took 5, 200"],
    },
  },
  {
    name: "a reset that ends it",
    setup: { tries: [[5, "reset"]], retry: { attempts: 0 } },
    want: { answered: "upstream_reset", attempts: ["a/1 first, at 0, took 5, reset"] },
  },
  {
    name: "no time for another try",
    setup: {
      tries: [[95, 503]],
      route: { timeoutMs: 100 },
      retry: { backoffBaseMs: 40 },
      drawn: 0.5,
    },
    want: { noRetry: "time", attempts: ["a/1 first, at 0, took 95, 503"] },
  },
  {
    name: "no room for another try",
    setup: {
      tries: [[5, 503]],
      clusters: {
        a: { endpoints: 2, breaker: { maxRequests: 9, retries: { kind: "max", max: 0 } } },
      },
    },
    want: { noRetry: "circuit_open", attempts: ["a/1 first, at 0, took 5, 503"] },
  },
  {
    name: "a full circuit breaker",
    setup: {
      clusters: {
        a: { endpoints: 2, breaker: { maxRequests: 0, retries: { kind: "max", max: 0 } } },
      },
    },
    want: {
      answered: "circuit_open",
      chosen: { member: "a", by: "only", cluster: "a" },
      attempts: [],
    },
  },
  {
    name: "the next cluster, when this one is exhausted",
    setup: {
      clusters: { a: 1, b: 1 },
      route: { failover: ["b"] },
      tries: [[5, "connect"], [5, 200]],
    },
    want: {
      shares: { a: 1 },
      chosen: { member: "a", by: "only", cluster: "a" },
      attempts: [
        "a/0 first, at 0, took 5, connect-failure",
        "b/0 retry, of 1, at 5, took 5, 200",
      ],
    },
  },
  {
    name: "a split, drawn by weight",
    setup: { clusters: { a: 1, b: 1 }, split: { a: 1, b: 3 }, tries: [[1, 200]] },
    want: {
      shares: { a: 0.25, b: 0.75 },
      chosen: { member: "a", by: "weight", cluster: "a" },
    },
  },
  {
    name: "a split, drawn by the caller's key",
    setup: {
      clusters: { a: 1, b: 1 },
      split: { a: 0, b: 3 },
      tries: [[1, 200]],
      forwarding: { key: 7 },
    },
    want: { shares: { b: 1 }, chosen: { member: "b", by: "sticky", cluster: "b" } },
  },
  {
    name: "the nearest",
    setup: {
      clusters: {
        a: { coordinates: { latitude: 50, longitude: 8 } },
        b: { coordinates: { latitude: 0, longitude: 0 } },
      },
      split: { a: 1, b: 1 },
      route: { select: "nearest" },
      forwarding: { from: { latitude: 1, longitude: 1 } },
      tries: [[1, 200]],
    },
    want: { shares: { b: 1 }, chosen: { member: "b", by: "nearest", cluster: "b" } },
  },
  {
    name: "the fastest",
    setup: {
      clusters: { a: 1, b: 1 },
      split: { a: 1, b: 1 },
      route: { select: "fastest" },
      tries: [[1, 200]],
    },
    want: { shares: { a: 0.98, b: 0.02 }, chosen: { member: "a", by: "fastest", cluster: "a" } },
  },
  {
    name: "a full cluster spills",
    setup: {
      clusters: { a: { capacity: 5 }, b: 1 },
      route: { failover: ["b"] },
      admit: ({ name }) => name !== "a",
      tries: [[1, 200]],
    },
    want: {
      full: ["a"],
      chosen: { member: "a", by: "only", cluster: "b", moved: "capacity" },
      attempts: ["b/0 first, at 0, took 1, 200"],
    },
  },
  {
    name: "who is down sends its share on",
    setup: {
      clusters: { a: 1, b: 1 },
      route: { failover: ["b"] },
      down: ["a"],
      tries: [[1, 200]],
    },
    want: {
      shares: { b: 1 },
      chosen: { member: "a", by: "only", cluster: "b", moved: "failover" },
      attempts: ["b/0 first, at 0, took 1, 200"],
    },
  },
  {
    name: "a panic",
    setup: { clusters: { a: 2 }, down: ["a"], tries: [[1, 200]] },
    want: { panic: ["a"], shares: { a: 1 } },
  },
  {
    name: "everyone is full",
    setup: { clusters: { a: { capacity: 5 } }, admit: () => false },
    want: { answered: "over_capacity", full: ["a"], attempts: [] },
  },
  {
    name: "nobody is there",
    setup: { clusters: { a: 0 } },
    want: { answered: "no_healthy_upstream", attempts: [] },
  },
  {
    name: "a hedge that wins",
    setup: {
      route: { hedge: { afterMs: 100, max: 1 } },
      tries: [[900, 200], [30, 200]],
    },
    want: {
      totalMs: 130,
      attempts: ["a/1 first, at 0, took 130, given-up", "a/0 hedge, of 1, at 100, took 30, 200"],
    },
  },
  {
    name: "a hedge that loses",
    setup: {
      route: { hedge: { afterMs: 100, max: 1 } },
      tries: [[120, 200], [90, 200]],
    },
    want: {
      totalMs: 120,
      attempts: ["a/1 first, at 0, took 120, 200", "a/0 hedge, of 1, at 100, took 20, given-up"],
    },
  },
  {
    name: "a retry of a hedge, beside the first",
    setup: {
      route: { hedge: { afterMs: 100, max: 1 } },
      tries: [[900, 200], [10, 503], [10, 200]],
    },
    want: {
      attempts: [
        "a/1 first, at 0, took 120, given-up",
        "a/0 hedge, of 1, at 100, took 10, 503",
        "a/2 retry, of 2, at 110, took 10, 200",
      ],
    },
  },
  {
    name: "a retry that still waits when another try is answered",
    setup: {
      route: { hedge: { afterMs: 100, max: 1 } },
      retry: { backoffBaseMs: 1_000, backoffMaxMs: 1_000 },
      drawn: 0.5,
      tries: [[150, 200], [10, 503]],
    },
    want: {
      attempts: [
        "a/1 first, at 0, took 150, 200",
        "a/0 hedge, of 1, at 100, took 10, 503",
        "a/2 retry, of 2, after 500, not-sent",
      ],
    },
  },
  {
    name: "copies that were sent, and none that could not be",
    setup: {
      clusters: { a: 1, b: 2, c: 0 },
      route: { mirrors: [{ cluster: 1, percent: 100 }, { cluster: 2, percent: 100 }] },
      script: [200],
    },
    want: { mirrors: ["b/1"], attempts: ["a/0 first, at 0, took 0, 200"] },
  },
];

for (const { name, setup, want } of rows) {
  Deno.test(`decision: ${name}`, async () => {
    const told = await decided(setup);
    for (const [key, value] of Object.entries(want)) {
      assert.deepEqual(told[key as keyof Told], value, key);
    }
    assert.deepEqual(told.noRetry, want.noRetry);
  });
}
