/** Timeouts, back-off and clients that leave, on a clock turned by hand. */
import assert from "node:assert/strict";
import { isFault } from "../../src/model/fault.ts";
import {
  aborted,
  arrived,
  FakeAnswer,
  type FakePlatform,
  received,
  upload,
} from "../support/platform.ts";
import { settle } from "../support/timers.ts";
import { type Fixture, seen, type Setup, setUp } from "./fixture.ts";

/** Lets time pass in steps of 1 ms until it is over. @returns the result and how long it took */
async function timed({ run, platform }: Fixture): Promise<{ got: number | string; ms: number }> {
  const startMs = platform.now();
  let got: number | string | null = null;
  let ms = 0;
  const running = run().then((result) => {
    got = seen(result);
    ms = platform.now() - startMs;
  });
  for (let i = 0; i < 20 && got === null; i++) await platform.clock.advance(5_000);
  await running;
  return { got: got!, ms };
}

const waits: { name: string; setup: Setup; want: { got: number | string; ms: number } }[] = [
  {
    name: "15 s to the headers where the policy says nothing",
    setup: {},
    want: { got: "upstream_timeout", ms: 15_000 },
  },
  {
    name: "the route's timeout",
    setup: { route: { timeoutMs: 700 } },
    want: { got: "upstream_timeout", ms: 700 },
  },
  {
    name: "a route's timeout above the default",
    setup: { route: { timeoutMs: 20_000 } },
    want: { got: "upstream_timeout", ms: 20_000 },
  },
  {
    name: "the per-try timeout, three times",
    setup: { retry: { perTryTimeoutMs: 200 } },
    want: { got: "upstream_timeout", ms: 600 },
  },
  {
    name: "the cluster's timeout counts for each try",
    setup: { clusters: { a: { endpoints: 3, timeoutMs: 300 } } },
    want: { got: "upstream_timeout", ms: 900 },
  },
  {
    name: "the shorter of the two",
    setup: { clusters: { a: { endpoints: 3, timeoutMs: 300 } }, retry: { perTryTimeoutMs: 100 } },
    want: { got: "upstream_timeout", ms: 300 },
  },
  {
    name: "the route's timeout ends all tries",
    setup: { route: { timeoutMs: 500 }, retry: { perTryTimeoutMs: 200 } },
    want: { got: "upstream_timeout", ms: 500 },
  },
  {
    name: "a per-try timeout beyond the route's is none",
    setup: { route: { timeoutMs: 500 }, retry: { perTryTimeoutMs: 900 } },
    want: { got: "upstream_timeout", ms: 500 },
  },
  {
    name: "a timed-out POST is not tried again",
    setup: { exchange: { method: "POST" }, retry: { perTryTimeoutMs: 200 } },
    want: { got: "upstream_timeout", ms: 200 },
  },
  {
    name: "a limit longer than timers can be is none",
    setup: { route: { timeoutMs: 2 ** 31 }, retry: { perTryTimeoutMs: 300, attempts: 0 } },
    want: { got: "upstream_timeout", ms: 300 },
  },
];
for (const { name, setup, want } of waits) {
  Deno.test(`how long a silent upstream is waited for: ${name}`, async () => {
    const fixture = setUp({ script: ["silence"], ...setup });
    assert.deepEqual(await timed(fixture), want);
    assert.equal(fixture.active(), 0);
    assert.equal(fixture.exchange.watchers, 0);
    assert.equal(fixture.platform.clock.pending, 0);
  });
}

const unlimited = [
  { name: "0", timeoutMs: 0 },
  { name: "longer than timers can be", timeoutMs: 2 ** 31 },
];
for (const { name, timeoutMs } of unlimited) {
  Deno.test(`a timeout of ${name}: no timer, and no deadline for the body`, async () => {
    const fixture = setUp({
      route: { timeoutMs },
      script: [(): Promise<never> => new Promise(() => {})],
    });
    void fixture.run();
    await settle();
    assert.equal(fixture.platform.clock.pending, 0);

    const answered = setUp({ route: { timeoutMs } });
    const result = await answered.run();
    assert.ok(!isFault(result));
    assert.equal(result.deadline, null);
  });
}

Deno.test("the wait before a retry is drawn anew for each", async () => {
  const { run, platform, exchange } = setUp({
    script: [503, 503, 503, 503, 200],
    retry: { attempts: 4, backoffBaseMs: 100, backoffMaxMs: 300 },
  });
  platform.random = () => 0.5;
  const startMs = platform.now();
  const running = run();
  await platform.clock.advance(1_000);
  assert.equal(seen(await running), 200);
  assert.deepEqual(platform.sent.map(({ atMs }) => atMs - startMs), [0, 50, 150, 300, 450]);
  assert.equal(exchange.watchers, 0);
});

Deno.test("a wait that would go beyond the timeout is not begun: what there is, is handed on", async () => {
  const { run, platform } = setUp({
    script: [503, 200],
    route: { timeoutMs: 100 },
    retry: { backoffBaseMs: 200, backoffMaxMs: 200 },
  });
  platform.random = () => 0.5;
  assert.equal(seen(await run()), 503);
  assert.equal(platform.sent.length, 1);
  assert.equal(platform.answers[0]!.discarded, false);
});

Deno.test("a client that leaves during the wait gets no further try", async () => {
  const { run, platform, exchange, active } = setUp({
    script: [503, 200],
    retry: { backoffBaseMs: 100 },
  });
  platform.random = () => 0.5;
  const running = run();
  await platform.clock.advance(20);
  assert.equal(exchange.watchers, 1);
  exchange.leave();
  assert.equal(seen(await running), "client_gone");
  assert.equal(platform.sent.length, 1);
  assert.equal(platform.clock.pending, 0);
  assert.equal(active(), 0);
});

Deno.test("a client that leaves during a try ends it, and counts against nobody", async () => {
  const { run, platform, exchange, world, active } = setUp({ script: ["silence"] });
  const running = run();
  await settle();
  assert.equal(active(), 1);
  exchange.leave();
  assert.equal(seen(await running), "client_gone");
  assert.ok(platform.sent[0]!.signal.aborted);
  assert.equal(platform.sent.length, 1);
  assert.equal(world.upstreams.cluster(0).endpoints[0]!.record.outlier.consecutive5xx, 0);
  assert.equal(active(), 0);
  assert.equal(platform.clock.pending, 0);
});

interface BodyDeadlineRow {
  readonly name: string;
  readonly timeoutMs: number | null;
  readonly status: number;
  /** After the start; `null`: none. */
  readonly want: number | null;
}
const deadlines: BodyDeadlineRow[] = [
  { name: "the route's timeout", timeoutMs: 400, status: 200, want: 400 },
  { name: "none where the policy sets none", timeoutMs: null, status: 200, want: null },
  { name: "none after 101", timeoutMs: 400, status: 101, want: null },
];
for (const { name, timeoutMs, status, want } of deadlines) {
  Deno.test(`the answer's body: ${name}`, async () => {
    const { run, platform } = setUp({ route: { timeoutMs }, script: [status] });
    const startMs = platform.now();
    const result = await run();
    assert.ok(!isFault(result));
    assert.equal(result.deadline && result.deadline.atMs - startMs, want);
    result.deadline?.abort();
    assert.equal(platform.sent[0]!.signal.aborted, want !== null);
  });
}

interface TrickleRow {
  readonly name: string;
  /** A part of the body each so many milliseconds. */
  readonly everyMs: number;
  readonly timeoutMs: number | null;
  readonly want: { readonly got: string | number; readonly ms: number };
}
const trickles: TrickleRow[] = [
  { name: "goes on", everyMs: 90, timeoutMs: null, want: { got: 200, ms: 450 } },
  { name: "pauses", everyMs: 110, timeoutMs: null, want: { got: "upstream_timeout", ms: 100 } },
  {
    name: "goes on for too long",
    everyMs: 90,
    timeoutMs: 400,
    want: { got: "upstream_timeout", ms: 400 },
  },
];
for (const { name, everyMs, timeoutMs, want } of trickles) {
  Deno.test(`an idle timeout counts a small body's silence only: one that ${name}`, async () => {
    const fixture: Fixture = setUp({
      route: { timeoutMs, idleTimeoutMs: 100 },
      script: [({ signal }) => {
        const answer = new FakeAnswer(200);
        answer.whole = new Promise((resolve) => {
          const cancels = [1, 2, 3, 4].map((part) =>
            fixture.platform.after(part * everyMs, () => answer.arrive())
          );
          cancels.push(fixture.platform.after(5 * everyMs, () => resolve(true)));
          signal.onabort = () => {
            for (const cancel of cancels) cancel();
            resolve(false);
          };
        });
        return Promise.resolve(answer);
      }],
    });
    assert.deepEqual(await timed(fixture), want);
    assert.equal(fixture.platform.clock.pending, 0);
  });
}

interface HeldRow {
  readonly name: string;
  /** What the answer's small body comes to once its upstream is told to stop, or at once. */
  readonly whole: (signal: AbortSignal) => Promise<boolean>;
  readonly want: { readonly got: string | number; readonly ms: number };
}
const held: HeldRow[] = [
  { name: "whole", whole: () => Promise.resolve(true), want: { got: 200, ms: 0 } },
  {
    name: "broken off",
    whole: () => Promise.resolve(false),
    want: { got: "upstream_reset", ms: 0 },
  },
  {
    name: "still on its way at the deadline",
    whole: (signal) => new Promise((resolve) => signal.onabort = () => resolve(false)),
    want: { got: "upstream_timeout", ms: 400 },
  },
];
for (const { name, whole, want } of held) {
  Deno.test(`the answer's small body, where time is limited: ${name}`, async () => {
    const fixture = setUp({
      route: { timeoutMs: 400 },
      script: [({ signal }) => {
        const answer = new FakeAnswer(200);
        answer.whole = whole(signal);
        return Promise.resolve(answer);
      }],
    });
    assert.deepEqual(await timed(fixture), want);
    assert.equal(fixture.platform.clock.pending, 0);
  });
}

Deno.test("time that a small body takes to arrive is not the upstream's", async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const { run, platform } = setUp({
    route: { timeoutMs: 100 },
    exchange: { method: "POST", body: { ...arrived("x"), bytes: () => promise } },
  });
  const running = run();
  await platform.clock.advance(5_000);
  resolve(new Uint8Array(1));
  const result = await running;
  assert.ok(!isFault(result));
  assert.equal(result.deadline!.atMs, platform.now() + 100);
});

const uploads: readonly { readonly limit: string; readonly setup: Setup }[] = [
  { limit: "the route's timeout", setup: { route: { timeoutMs: 100 } } },
  { limit: "the idle timeout", setup: { route: { idleTimeoutMs: 100 } } },
  { limit: "the per-try timeout", setup: { retry: { perTryTimeoutMs: 100 } } },
  { limit: "the cluster's timeout", setup: { clusters: { a: { timeoutMs: 100 } } } },
];
for (const { limit, setup } of uploads) {
  const name = `a large body of known length is given 128 bytes per ms on top of ${limit}`;
  Deno.test(name, async () => {
    const fixture = setUp({
      ...setup,
      exchange: { method: "PUT", body: arrived("x".repeat(1280)) },
      script: ["silence"],
    });
    assert.deepEqual(await timed(fixture), { got: "upstream_timeout", ms: 110 });
  });
}

Deno.test("a client that stops sending a large body takes no endpoint out", async () => {
  const body = arrived("x".repeat(1280));
  const fixture = setUp({ exchange: { method: "PUT", body }, script: ["silence"] });
  await timed(fixture);
  const { record } = fixture.world.upstreams.cluster(0).endpoints[0]!;
  assert.equal(record.outlier.consecutive5xx, 0);
  assert.equal(record.vitals.latency, null);
});

const bodies = [
  { name: "held", length: 3, want: 50 },
  { name: "of known length", length: 100, want: null },
  { name: "of unknown length", length: null, want: null },
];
for (const { name, length, want } of bodies) {
  const says = want === null ? "says nothing of" : "tells";
  Deno.test(`the time to an answer ${says} the latency: a body ${name}`, async () => {
    const fixture: Fixture = setUp({
      exchange: { method: "PUT", body: arrived("x".repeat(length ?? 100), length) },
      script: [() =>
        new Promise((resolve) => {
          fixture.platform.after(50, () => resolve(new FakeAnswer(200)));
        })],
    });
    await timed(fixture);
    const { vitals } = fixture.world.upstreams.cluster(0);
    assert.equal(vitals.latency?.averageMs ?? null, want);
  });
}

/** Takes all of the body, then does nothing more. */
const takesAndHangs = async (sent: FakePlatform["sent"][number]): ReturnType<typeof aborted> => {
  await received(sent.body);
  return await aborted(sent.signal);
};

Deno.test("a recorded body: the timeout runs from its end", async () => {
  const body = upload();
  const { run, platform } = setUp({
    route: { timeoutMs: 150 },
    retry: { perTryTimeoutMs: 100 },
    exchange: { method: "POST", body },
    script: [takesAndHangs],
  });
  let got: number | string | null = null;
  const running = run().then((result) => got = seen(result));
  for (let i = 0; i < 5; i++) {
    await platform.clock.advance(90);
    body.write("x");
  }
  await platform.clock.advance(5_000);
  body.end();
  await platform.clock.advance(99);
  assert.equal(got, null);
  await platform.clock.advance(1);
  assert.equal(await running, "upstream_timeout");
});

Deno.test("a recorded body: an upstream that takes nothing of it runs into the timeout", async () => {
  const body = upload();
  body.write("x");
  const { run, platform } = setUp({
    route: { timeoutMs: 100 },
    exchange: { method: "POST", body },
    script: ["silence"],
  });
  const running = run();
  await platform.clock.advance(100);
  assert.equal(seen(await running), "upstream_timeout");
});

Deno.test("a recorded body: an upstream that stops half-way runs into the timeout", async () => {
  const body = upload();
  const { run, platform } = setUp({
    route: { timeoutMs: 100 },
    exchange: { method: "POST", body },
    script: [
      async (sent): ReturnType<typeof aborted> => {
        assert.ok(sent.body?.kind === "stream");
        await sent.body.stream.getReader().read();
        return await aborted(sent.signal);
      },
    ],
  });
  const running = run();
  await platform.clock.advance(5_000);
  body.write("x");
  body.write("y");
  await platform.clock.advance(100);
  assert.equal(seen(await running), "upstream_timeout");
});

Deno.test("a recorded body: an answer that comes before its end has no deadline", async () => {
  const body = upload();
  const { run } = setUp({
    route: { timeoutMs: 100 },
    exchange: { method: "POST", body },
  });
  const result = await run();
  assert.ok(!isFault(result));
  assert.equal(result.deadline, null);
});
