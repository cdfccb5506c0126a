import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  firstTry,
  hedged,
  hedgeDueMs,
  hedgeRefused,
  type Next,
  retryRefused,
  retrySent,
  type Tries,
  tryEnded,
} from "../../src/forward/hedge.ts";

const once = { afterMs: 200, max: 1 };
const twice = { afterMs: 200, max: 2 };

/** Follows a story of steps; @returns the last step's outcome */
function follow(
  { attempts = 2, hedge = twice, refuse = false }: {
    attempts?: number;
    hedge?: typeof once | null;
    refuse?: boolean;
  },
  story: string,
): string {
  let tries: Tries = firstTry(attempts, hedge);
  let outcome = "";
  const take = (next: Next): string => {
    if (next.next !== "finish") tries = next.tries;
    return next.next;
  };
  for (const step of story.split(" ")) {
    const [, kind, number] = /^([a-z-]+)(\d*)$/.exec(step)!;
    if (kind === "wait") {
      const due = hedgeDueMs(tries, 1000, hedge ?? once) === 1200;
      if (due) tries = refuse ? hedgeRefused(tries) : hedged(tries);
      outcome = due ? "hedge" : "no hedge";
    } else if (kind === "sent") {
      tries = retrySent(tries);
      outcome = "";
    } else if (kind === "refused") outcome = take(retryRefused(tries));
    else outcome = take(tryEnded(tries, Number(number), kind as "good" | "retriable" | "lost"));
  }
  return outcome;
}

// Steps: `wait` for the hedge's time, `good1` and the like for how try 1 ended, `sent` when the
// back-off of a retry is over, `refused` when the circuit breaker does not let it in.
const stories = [
  { name: "a slow try gets another", story: "wait", want: "hedge" },
  { name: "not where there is no hedging", hedge: null, story: "wait", want: "no hedge" },
  { name: "a second one beside both", story: "wait wait", want: "hedge" },
  { name: "as many as the route allows", hedge: once, story: "wait wait", want: "no hedge" },
  { name: "as many as there are attempts", attempts: 1, story: "wait wait", want: "no hedge" },
  { name: "none without attempts", attempts: 0, story: "wait", want: "no hedge" },
  { name: "the first good answer wins", story: "wait good1", want: "finish" },
  { name: "whichever try it is", story: "wait good2", want: "finish" },

  { name: "before a hedge, failures are retried", story: "retriable1", want: "retry" },
  {
    name: "a retry uses up an attempt",
    story: "retriable1 sent retriable2 sent retriable3",
    want: "finish",
  },
  { name: "and a hedge does", attempts: 1, story: "wait retriable1", want: "drop" },
  { name: "a hedged try is not retried", story: "wait retriable1", want: "drop" },
  { name: "but its hedge is", story: "wait retriable2", want: "retry" },
  {
    name: "one hedge, one retry, and two attempts are over",
    story: "wait retriable2 sent retriable3",
    want: "drop",
  },
  {
    name: "the last one's failure is the answer",
    story: "wait retriable2 sent retriable3 retriable1",
    want: "finish",
  },
  { name: "good news while a retry waits", story: "wait retriable2 good1", want: "finish" },
  { name: "bad news while a retry waits", story: "wait retriable2 retriable1", want: "drop" },
  { name: "no hedge while a retry waits", story: "retriable1 wait", want: "no hedge" },
  { name: "a retry can be hedged", story: "retriable1 sent wait", want: "hedge" },

  { name: "lost, and nothing else there", story: "lost1", want: "finish" },
  { name: "lost beside another", story: "wait lost1", want: "drop" },
  { name: "lost in the end", story: "wait lost1 lost2", want: "finish" },
  { name: "no hedge beside what has been replaced", story: "wait lost2 wait", want: "no hedge" },

  { name: "the breaker refuses the only retry", story: "retriable1 refused", want: "finish" },
  {
    name: "the breaker refuses a retry beside another try",
    story: "wait retriable2 refused",
    want: "drop",
  },
  { name: "which then decides", story: "wait retriable2 refused retriable1", want: "finish" },
  {
    name: "a refused hedge is used up",
    hedge: once,
    refuse: true,
    story: "wait wait",
    want: "no hedge",
  },
  { name: "its try is retried as ever", refuse: true, story: "wait retriable1", want: "retry" },
  {
    name: "with what attempts are left",
    attempts: 1,
    refuse: true,
    story: "wait retriable1",
    want: "finish",
  },
];
for (const { name, want, story, ...setting } of stories) {
  Deno.test(`hedge: ${name}`, () => assert.equal(follow(setting, story), want));
}

Deno.test("hedge: tries never exceed the attempts, hedges never their maximum, and it always ends", () => {
  const settings = fc.record({ attempts: fc.nat(5), max: fc.nat(5) });
  const moves = fc.array(
    fc.record({
      hedge: fc.boolean(),
      refused: fc.boolean(),
      which: fc.nat(10),
      end: fc.constantFrom("retriable" as const, "retriable" as const, "lost" as const),
    }),
    { minLength: 20, maxLength: 30 },
  );
  fc.assert(fc.property(settings, moves, ({ attempts, max }, moves) => {
    const hedge = { afterMs: 100, max };
    let tries = firstTry(attempts, hedge);
    let inFlight = [1];
    let [sent, hedges, finished] = [1, 0, false];
    for (const { hedge: slow, refused, which, end } of moves) {
      if (slow && hedgeDueMs(tries, 0, hedge) < Infinity) {
        hedges++;
        if (refused) {
          tries = hedgeRefused(tries);
          continue;
        }
        tries = hedged(tries);
        inFlight.push(tries.latest);
        sent++;
        continue;
      }
      const number = inFlight[which % inFlight.length]!;
      inFlight = inFlight.filter((other) => other !== number);
      let step = tryEnded(tries, number, end);
      if (step.next === "retry") {
        if (refused) step = retryRefused(step.tries);
        else {
          tries = retrySent(step.tries);
          inFlight.push(tries.latest);
          sent++;
          continue;
        }
      }
      if (step.next === "finish") {
        finished = true;
        break;
      }
      tries = step.tries;
      assert.equal(tries.live, inFlight.length);
    }
    assert.ok(sent <= attempts + 1);
    assert.ok(hedges <= max);
    assert.ok(finished);
    assert.deepEqual(inFlight, []);
  }));
});
