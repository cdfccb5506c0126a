import assert from "node:assert/strict";
import { isFault } from "../../src/model/fault.ts";
import type { RetryPlan } from "../../src/plan/plan.ts";
import { arrived, received, type Reply, upload } from "../support/platform.ts";
import { settle } from "../support/timers.ts";
import { seen, setUp } from "./fixture.ts";

const none: RetryPlan["on"] = { connectFailure: false, reset: false, statuses: new Set() };

interface Row {
  readonly name: string;
  readonly method?: string;
  /** What the endpoints answer, in the order in which they are asked. */
  readonly replies: readonly Reply[];
  readonly retry?: Partial<RetryPlan>;
  readonly want: number | string;
  readonly tries: number;
}

const rows: Row[] = [
  { name: "an answer is handed on", replies: [200], want: 200, tries: 1 },
  { name: "404 is an answer", replies: [404], want: 404, tries: 1 },
  { name: "500 is not tried again by default", replies: [500, 200], want: 500, tries: 1 },
  ...[502, 503, 504].flatMap((status): Row[] => [
    { name: `GET after ${status}`, replies: [status, 200], want: 200, tries: 2 },
    {
      name: `POST after ${status}`,
      method: "POST",
      replies: [status, 200],
      want: status,
      tries: 1,
    },
  ]),
  { name: "GET after a connect failure", replies: ["connect", 200], want: 200, tries: 2 },
  {
    name: "POST after a connect failure",
    method: "POST",
    replies: ["connect", 200],
    want: 200,
    tries: 2,
  },
  { name: "PUT after a reset", method: "PUT", replies: ["reset", 200], want: 200, tries: 2 },
  {
    name: "POST after a reset",
    method: "POST",
    replies: ["reset", 200],
    want: "upstream_reset",
    tries: 1,
  },
  {
    name: "POST: connect failure, then reset",
    method: "POST",
    replies: ["connect", "reset", 200],
    want: "upstream_reset",
    tries: 2,
  },
  { name: "the tries run out: answer", replies: [503, 502, 504, 200], want: 504, tries: 3 },
  {
    name: "the tries run out: no connection",
    replies: ["reset", 503, "connect", 200],
    want: "upstream_connect_failed",
    tries: 3,
  },
  { name: "attempts 0", replies: [503, 200], retry: { attempts: 0 }, want: 503, tries: 1 },
  {
    name: "attempts 0, no connection",
    replies: ["connect", 200],
    retry: { attempts: 0 },
    want: "upstream_connect_failed",
    tries: 1,
  },
  { name: "attempts 1", replies: [503, 503, 200], retry: { attempts: 1 }, want: 503, tries: 2 },
  {
    name: "attempts 5, more than there are endpoints",
    replies: [503, 503, 503, 503, 503, 200],
    retry: { attempts: 5 },
    want: 200,
    tries: 6,
  },
  {
    name: "no condition at all",
    replies: ["connect", 200],
    retry: { on: none },
    want: "upstream_connect_failed",
    tries: 1,
  },
  {
    name: "a condition of its own",
    replies: [409, 200],
    retry: { on: { ...none, statuses: new Set([409]) } },
    want: 200,
    tries: 2,
  },
];

for (const { name, method = "GET", replies, retry = {}, want, tries } of rows) {
  Deno.test(`retries: ${name}`, async () => {
    const { platform, run, active, exchange } = setUp({
      clusters: { a: { endpoints: 3, outlier: null } },
      exchange: { method },
      script: replies,
      retry,
    });
    assert.equal(seen(await run()), want);
    assert.equal(platform.sent.length, tries);
    assert.equal(active(), 0);
    assert.equal(exchange.watchers, 0);
    assert.equal(platform.clock.pending, 0);
  });
}

Deno.test("a retry goes to an endpoint that was not asked yet", async () => {
  const { run, asked } = setUp({ script: [503, 503, 200] });
  assert.equal(seen(await run()), 200);
  assert.deepEqual(asked().sort(), ["a-0", "a-1", "a-2"]);
});

Deno.test("a retry leaves a cluster that has no endpoint left", async () => {
  const { run, asked } = setUp({
    clusters: { a: 1, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    script: { "http://a-0.test": ["connect"] },
  });
  assert.equal(seen(await run()), 200);
  assert.deepEqual(asked(), ["a-0", "b-0"]);
});

Deno.test("the last try leaves a cluster that has failed twice", async () => {
  const { run, asked } = setUp({
    clusters: { a: 9, b: 1 },
    split: { a: 1 },
    route: { failover: ["b"] },
    script: Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`http://a-${i}.test`, ["connect"]]),
    ),
  });
  assert.equal(seen(await run()), 200);
  assert.deepEqual(asked().map((name) => name[0]), ["a", "a", "b"]);
});

Deno.test("with every endpoint ejected and no panic there is nobody to ask", async () => {
  const { run, platform, world } = setUp({
    clusters: { a: { endpoints: 2, panicThreshold: 0 } },
    route: { failover: [] },
  });
  world.eject(platform.now(), "a");
  assert.equal(seen(await run()), "no_healthy_upstream");
  assert.equal(platform.sent.length, 0);
});

Deno.test("answers that are tried again are discarded, the last one is not", async () => {
  const { run, platform } = setUp({ script: [503, 503, 503] });
  assert.equal(seen(await run()), 503);
  assert.deepEqual(platform.answers.map(({ discarded }) => discarded), [true, true, false]);
});

Deno.test("each try counts as active until it has its answer", async () => {
  const { run, active } = setUp({
    script: [
      (): Promise<never> => {
        assert.equal(active(), 1);
        return Promise.reject(new TypeError("a platform that breaks its promise"));
      },
    ],
  });
  await assert.rejects(run(), TypeError);
  assert.equal(active(), 0);
});

const reports = [
  { name: "a success", reply: 200, count: 0 },
  { name: "a client error", reply: 404, count: 0 },
  { name: "a server error", reply: 500, count: 1 },
  { name: "a connect failure", reply: "connect", count: 1 },
  { name: "a reset", reply: "reset", count: 1 },
  { name: "a client that went away", reply: "aborted", count: 0 },
] as const;
for (const { name, reply, count } of reports) {
  Deno.test(`health: ${name} counts ${count} against the endpoint`, async () => {
    const { run, world } = setUp({ clusters: { a: 1 }, retry: { attempts: 0 }, script: [reply] });
    await run();
    const { record } = world.upstreams.cluster(0).endpoints[0]!;
    assert.equal(record.outlier.consecutive5xx, count);
  });
}

Deno.test("health: a timeout counts against the endpoint", async () => {
  const { run, world, platform } = setUp({
    clusters: { a: 1 },
    retry: { attempts: 0, perTryTimeoutMs: 100 },
    script: ["silence"],
  });
  const running = run();
  await platform.clock.advance(100);
  assert.equal(seen(await running), "upstream_timeout");
  assert.equal(world.upstreams.cluster(0).endpoints[0]!.record.outlier.consecutive5xx, 1);
});

Deno.test("health: an upload that its client breaks off counts against nobody", async () => {
  const body = upload();
  const { run, world, active } = setUp({
    clusters: { a: 1 },
    exchange: { method: "PUT", body },
    script: [
      async (sent): Promise<{ failure: "reset"; bodyUntouched: false }> => {
        assert.deepEqual(await received(sent.body), { text: "half", ok: false });
        return { failure: "reset", bodyUntouched: false };
      },
    ],
  });
  const running = run();
  body.write("half");
  await settle();
  body.break();
  assert.equal(seen(await running), "client_gone");
  assert.equal(world.upstreams.cluster(0).endpoints[0]!.record.outlier.consecutive5xx, 0);
  assert.equal(active(), 0);
});

Deno.test("a client that goes away while its small body is read whole ends it all", async () => {
  const body = { ...arrived("x"), bytes: () => Promise.reject(new TypeError("gone")) };
  const { run, platform } = setUp({ exchange: { method: "POST", body } });
  assert.equal(seen(await run()), "client_gone");
  assert.equal(platform.sent.length, 0);
});

Deno.test("the endpoint is chosen when a body read whole has arrived, not before", async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const { run, platform, world, asked } = setUp({
    clusters: { a: 1, b: 1 },
    route: { failover: ["b"] },
    exchange: { method: "POST", body: { ...arrived("x"), bytes: () => promise } },
  });
  const running = run();
  await settle();
  world.eject(platform.now(), "a");
  resolve(new Uint8Array(1));
  assert.equal(seen(await running), 200);
  assert.deepEqual(asked(), ["b-0"]);
});

const bodies = [
  { name: "small: sent again", text: "x".repeat(64), announced: true, want: 200, tries: 2 },
  { name: "large: sent once", text: "x".repeat(65), announced: true, want: 503, tries: 1 },
  { name: "recorded: sent again", text: "x".repeat(64), announced: false, want: 200, tries: 2 },
  {
    name: "recorded, too large: sent once",
    text: "x".repeat(65),
    announced: false,
    want: 503,
    tries: 1,
  },
];
for (const { name, text, announced, want, tries } of bodies) {
  Deno.test(`bodies, ${name}`, async () => {
    const got: string[] = [];
    const { run, platform } = setUp({
      exchange: { method: "PUT", body: arrived(text, announced ? text.length : null) },
    });
    const [first, ...later] = [503, 200];
    platform.send = async (request) => {
      got.push((await received(request.body)).text);
      return platform.answer(got.length === 1 ? first! : later[0]!);
    };
    assert.equal(seen(await run()), want);
    assert.deepEqual(got, new Array(tries).fill(text));
  });
}

Deno.test("a large body is sent again after a connection never made that left it untouched", async () => {
  const body = arrived("x".repeat(65));
  const { run, platform } = setUp({
    exchange: { method: "POST", body },
    script: ["untouched", 200],
  });
  assert.equal(seen(await run()), 200);
  assert.equal(platform.sent.length, 2);
  const [, second] = platform.sent;
  assert.equal((await received(second!.body)).text.length, 65);
});

Deno.test("a large body is lost with a connection that may have taken some of it", async () => {
  const { run, platform } = setUp({
    exchange: { method: "POST", body: arrived("x".repeat(65)) },
    script: ["connect", 200],
  });
  assert.equal(seen(await run()), "upstream_connect_failed");
  assert.equal(platform.sent.length, 1);
});

Deno.test("a retry after an early answer does not lose what arrives meanwhile", async () => {
  const body = upload();
  const { run, platform } = setUp({
    exchange: { method: "PUT", body },
    retry: { backoffBaseMs: 100, maxBodyBytes: 8 },
  });
  platform.random = () => 0.5;
  const got: { text: string; ok: boolean }[] = [];
  platform.send = async (request) => {
    if (got.length > 0) {
      got.push(await received(request.body));
      return platform.answer(200);
    }
    // Takes in what it gets, long after it has answered.
    void received(request.body).then((first) => got[0] = first);
    got.push({ text: "", ok: true });
    await settle();
    return platform.answer(503);
  };
  body.write("12345");
  const running = run();
  await settle();
  await settle();
  // More than may be kept, while the retry waits.
  body.write("67890");
  await settle();
  await platform.clock.advance(60);
  body.write("abc");
  body.end();
  assert.equal(seen(await running), 200);
  assert.deepEqual(got, [{ text: "12345", ok: false }, { text: "1234567890abc", ok: true }]);
});

const hosts = [
  { name: "the endpoint's", host: "upstream", rewriteHost: null, want: null },
  { name: "the client's", host: "preserve", rewriteHost: null, want: "shop.test" },
  { name: "a literal", host: { name: "lit.test" }, rewriteHost: null, want: "lit.test" },
  { name: "rewrite over upstream", host: "upstream", rewriteHost: "r.test", want: "r.test" },
  { name: "rewrite over preserve", host: "preserve", rewriteHost: "r.test", want: "r.test" },
  {
    name: "rewrite over a literal",
    host: { name: "l.test" },
    rewriteHost: "r.test",
    want: "r.test",
  },
] as const;
for (const { name, host, rewriteHost, want } of hosts) {
  Deno.test(`Host: ${name}`, async () => {
    const { run, platform } = setUp({ clusters: { a: { host } }, route: { rewriteHost } });
    await run();
    assert.equal(platform.sent[0]!.host, want);
  });
}

Deno.test("what is sent: URL, method, binding, upgrade, idempotence", async () => {
  const { run, platform } = setUp({
    clusters: { a: { binding: "DC" } },
    exchange: { method: "PATCH" },
    forwarding: { upgrade: true },
  });
  await run();
  const { url, method, binding, upgrade, idempotent, body } = platform.sent[0]!;
  assert.deepEqual({ url, method, binding, upgrade, idempotent, body }, {
    url: "http://a-0.test/x?y=1",
    method: "PATCH",
    binding: "DC",
    upgrade: true,
    idempotent: false,
    body: null,
  });
});

Deno.test("headers are made anew when a retry goes to another member, and only then", async () => {
  let made = 0;
  const { run, platform, world } = setUp({
    clusters: { a: 2, b: 1 },
    split: { a: 1, b: 1 },
    script: { "http://a-0.test": ["connect"], "http://a-1.test": ["connect"] },
    forwarding: {
      headersFor: (member) => {
        made++;
        return new Headers({ "x-member": String(member.cluster) });
      },
    },
  });
  assert.equal(world.clusters[1]!.name, "b");
  const result = await run();
  assert.ok(!isFault(result));
  assert.equal(result.choice.member.cluster, 1);
  assert.deepEqual(platform.sent.map(({ headers }) => headers["x-member"]), ["0", "0", "1"]);
  assert.equal(made, 2);
});
