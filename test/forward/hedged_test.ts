import assert from "node:assert/strict";
import { isFault } from "../../src/model/fault.ts";
import type { Answer, SendFailure } from "../../src/model/platform.ts";
import type { HedgePlan } from "../../src/plan/resilience.ts";
import { aborted, arrived, type Reply, type Sent, upload } from "../support/platform.ts";
import { settle } from "../support/timers.ts";
import { type Fixture, seen, type Setup, setUp } from "./fixture.ts";

const hedge: HedgePlan = { afterMs: 100, max: 1 };

const hedging = (setup: Setup): Fixture => setUp({ ...setup, route: { hedge, ...setup.route } });

/** An answer after some time. */
const after = (fixture: () => Fixture, ms: number, status: number): Reply => (sent: Sent) =>
  new Promise<Answer | SendFailure>((resolve) => {
    void aborted(sent.signal).then(resolve);
    fixture().platform.after(ms, () => resolve(fixture().platform.answer(status)));
  });

interface Row {
  readonly name: string;
  readonly setup?: Setup;
  /** [milliseconds until the answer, its status] of each try in turn; `null`: never. */
  readonly tries: readonly (readonly [ms: number, status: number] | null)[];
  readonly want: {
    readonly got: number | string;
    readonly ms: number;
    readonly sentAt: readonly number[];
  };
}

const rows: readonly Row[] = [
  {
    name: "a quick answer needs none",
    tries: [[99, 200]],
    want: { got: 200, ms: 99, sentAt: [0] },
  },
  {
    name: "the hedge wins",
    tries: [null, [50, 200]],
    want: { got: 200, ms: 150, sentAt: [0, 100] },
  },
  {
    name: "the first try wins all the same",
    tries: [[120, 201], [50, 200]],
    want: { got: 201, ms: 120, sentAt: [0, 100] },
  },
  {
    name: "as many hedges as allowed",
    setup: { route: { hedge: { afterMs: 100, max: 2 } } },
    tries: [null, null, [10, 200]],
    want: { got: 200, ms: 210, sentAt: [0, 100, 200] },
  },
  {
    name: "no more than there are attempts",
    setup: { route: { hedge: { afterMs: 100, max: 5 }, timeoutMs: 1_000 }, retry: { attempts: 1 } },
    tries: [null, null, [10, 200]],
    want: { got: "upstream_timeout", ms: 1_000, sentAt: [0, 100] },
  },
  {
    name: "none where there are no attempts at all",
    setup: { route: { hedge, timeoutMs: 1_000 }, retry: { attempts: 0 } },
    tries: [null, [10, 200]],
    want: { got: "upstream_timeout", ms: 1_000, sentAt: [0] },
  },
  {
    name: "a retriable answer of a try that was replaced is dropped",
    tries: [[120, 503], [100, 200]],
    want: { got: 200, ms: 200, sentAt: [0, 100] },
  },
  {
    name: "a retriable answer of the latest is tried again",
    tries: [null, [10, 503], [10, 200]],
    want: { got: 200, ms: 120, sentAt: [0, 100, 110] },
  },
  {
    name: "a failure before any hedge is a retry",
    tries: [[10, 503], [10, 200]],
    want: { got: 200, ms: 20, sentAt: [0, 10] },
  },
  {
    name: "when all have failed, the client gets the last one",
    setup: { retry: { attempts: 1 } },
    tries: [[130, 502], [10, 503]],
    want: { got: 502, ms: 130, sentAt: [0, 100] },
  },
];
for (const { name, setup = {}, tries, want } of rows) {
  Deno.test(`hedging: ${name}`, async () => {
    const script = tries.map((one): Reply =>
      one === null ? "silence" : after(() => fixture, one[0], one[1])
    );
    const fixture: Fixture = hedging({ ...setup, script });
    const { clock } = fixture.platform;
    const startMs = clock.nowMs;
    let got: number | string | null = null;
    let ms = 0;
    const running = fixture.run().then((result) => {
      got = seen(result);
      ms = clock.nowMs - startMs;
    });
    while (got === null) await clock.advance(1);
    await running;
    const sentAt = fixture.platform.sent.map(({ atMs }) => atMs - startMs);
    assert.deepEqual({ got, ms, sentAt }, want);
    await settle();
    // Nothing is left behind: no request, no timer but those of the script, no listener.
    assert.equal(fixture.active(), 0);
    assert.equal(fixture.exchange.watchers, 0);
    for (const { signal } of fixture.platform.sent.slice(0, -1)) {
      if (got === 200 && name === "the hedge wins") assert.ok(signal.aborted);
    }
  });
}

Deno.test("hedging: tries go to endpoints that were not asked yet", async () => {
  const fixture = hedging({ script: ["silence", 200] });
  const running = fixture.run();
  await fixture.platform.clock.advance(100);
  assert.equal(seen(await running), 200);
  assert.equal(new Set(fixture.asked()).size, 2);
});

Deno.test("hedging: a loser's answer is thrown away, the winner's is not", async () => {
  const deaf = (ms: number, status: number): Reply => () =>
    new Promise((resolve) => {
      fixture.platform.after(ms, () => resolve(fixture.platform.answer(status)));
    });
  // The loser's answer is on its way already when it is given up.
  const fixture: Fixture = hedging({ script: [deaf(160, 200), deaf(50, 201)] });
  const running = fixture.run();
  await fixture.platform.clock.advance(160);
  const result = await running;
  assert.ok(!isFault(result));
  const { answers } = fixture.platform;
  assert.equal(answers.length, 2);
  for (const answer of answers) assert.equal(answer.discarded, answer !== result.answer);
});

Deno.test("hedging: a try that is given up counts against nobody", async () => {
  const fixture = hedging({ script: ["silence", 200] });
  const running = fixture.run();
  await fixture.platform.clock.advance(100);
  await running;
  const { endpoints } = fixture.world.upstreams.cluster(0);
  assert.deepEqual(endpoints.map(({ record }) => record.outlier.consecutive5xx), [0, 0, 0]);
});

const unhedged: readonly { readonly name: string; readonly setup: Setup }[] = [
  { name: "a POST", setup: { exchange: { method: "POST" } } },
  { name: "a WebSocket", setup: { forwarding: { upgrade: true } } },
  {
    name: "a body too large to keep",
    setup: { exchange: { method: "PUT", body: arrived("x".repeat(65)) } },
  },
  { name: "a body of unknown length", setup: { exchange: { method: "PUT", body: upload() } } },
];
for (const { name, setup } of unhedged) {
  Deno.test(`hedging: not for ${name}`, async () => {
    const fixture = hedging({ ...setup, script: ["silence"] });
    const running = fixture.run();
    await fixture.platform.clock.advance(1_000);
    assert.equal(fixture.platform.sent.length, 1);
    fixture.exchange.leave();
    await running;
  });
}

Deno.test("hedging: a POST that may be repeated by the policy's word", async () => {
  const fixture = hedging({
    exchange: { method: "POST", body: arrived("order") },
    retry: { methods: new Set(["POST"]) },
    script: ["silence", 200],
  });
  const running = fixture.run();
  await fixture.platform.clock.advance(100);
  assert.equal(seen(await running), 200);
});

Deno.test("hedging: a client that leaves ends all tries", async () => {
  const fixture = hedging({ script: ["silence"] });
  const running = fixture.run();
  await fixture.platform.clock.advance(100);
  assert.equal(fixture.active(), 2);
  fixture.exchange.leave();
  assert.equal(seen(await running), "client_gone");
  await settle();
  assert.equal(fixture.active(), 0);
  assert.equal(fixture.platform.clock.pending, 0);
});

Deno.test("hedging: a full circuit breaker refuses the hedge, and the first try goes on", async () => {
  const fixture: Fixture = hedging({
    clusters: {
      a: { endpoints: 2, breaker: { maxRequests: 1, retries: { kind: "max", max: 3 } } },
    },
    script: [after(() => fixture, 300, 200)],
  });
  const running = fixture.run();
  await fixture.platform.clock.advance(300);
  assert.equal(seen(await running), 200);
  assert.equal(fixture.platform.sent.length, 1);
  const { firstTries, retries } = fixture.world.upstreams.cluster(0).vitals.breaker;
  assert.deepEqual([firstTries, retries], [0, 0]);
});
