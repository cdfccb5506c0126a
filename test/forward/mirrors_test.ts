import assert from "node:assert/strict";
import type { MirrorPlan } from "../../src/plan/resilience.ts";
import { arrived, received, upload } from "../support/platform.ts";
import { settle } from "../support/timers.ts";
import { type Fixture, seen, type Setup, setUp } from "./fixture.ts";

const shadow: MirrorPlan = { cluster: 1, percent: 100 };

const mirroring = (setup: Setup = {}): Fixture =>
  setUp({
    clusters: { a: 1, shadow: 1, ...setup.clusters },
    ...setup,
    route: { mirrors: [shadow], ...setup.route },
  });

const copies = (fixture: Fixture): number =>
  fixture.asked().filter((origin) => origin.startsWith("shadow")).length;

Deno.test("mirror: the client gets the original's answer, the copy's is thrown away", async () => {
  const fixture = mirroring({
    script: { "http://a-0.test": [201], "http://shadow-0.test": [500] },
  });
  assert.equal(seen(await fixture.run()), 201);
  await Promise.all(fixture.exchange.behind);
  assert.equal(copies(fixture), 1);
  for (const answer of fixture.platform.answers) {
    assert.equal(answer.discarded, answer.status === 500);
  }
});

Deno.test("mirror: a copy that hangs holds nobody up, and ends by itself", async () => {
  const fixture = mirroring({ script: { "http://shadow-0.test": ["silence"] } });
  assert.equal(seen(await fixture.run()), 200);
  // The client has its answer and leaves; the copy does not mind.
  fixture.exchange.leave();
  await fixture.platform.clock.advance(14_999);
  assert.equal(fixture.active(), 1);
  await fixture.platform.clock.advance(1);
  await Promise.all(fixture.exchange.behind);
  assert.equal(fixture.active(), 0);
});

Deno.test("mirror: every copy has the whole body", async () => {
  const fixture = mirroring({
    clusters: { a: 1, shadow: 1, other: 1 },
    route: { mirrors: [shadow, { cluster: 2, percent: 100 }] },
    exchange: { method: "POST", body: arrived("order") },
  });
  await fixture.run();
  await Promise.all(fixture.exchange.behind);
  assert.deepEqual(fixture.asked().sort(), ["a-0", "other-0", "shadow-0"]);
  for (const { body, method } of fixture.platform.sent) {
    assert.deepEqual(await received(body), { text: "order", ok: true });
    assert.equal(method, "POST");
  }
});

Deno.test("mirror: a body is held for the copy even where nothing is tried again", async () => {
  const fixture = mirroring({
    retry: { attempts: 0 },
    exchange: { method: "POST", body: arrived("order") },
  });
  await fixture.run();
  assert.equal(copies(fixture), 1);
});

const uncopied: readonly { readonly name: string; readonly setup: Setup }[] = [
  { name: "0 percent", setup: { route: { mirrors: [{ cluster: 1, percent: 0 }] } } },
  { name: "a large body", setup: { exchange: { method: "PUT", body: arrived("x".repeat(65)) } } },
  { name: "a body of unknown length", setup: { exchange: { method: "PUT", body: upload() } } },
  { name: "a WebSocket", setup: { forwarding: { upgrade: true } } },
  { name: "a cluster without endpoints", setup: { clusters: { a: 1, shadow: 0 } } },
  {
    name: "a cluster at its capacity",
    setup: { clusters: { a: 1, shadow: { capacity: 1 } }, admit: () => false },
  },
  {
    name: "a full circuit breaker",
    setup: {
      clusters: {
        a: 1,
        shadow: { breaker: { maxRequests: 0, retries: { kind: "max", max: 0 } } },
      },
    },
  },
];
for (const { name, setup } of uncopied) {
  Deno.test(`mirror: no copy for ${name}`, async () => {
    const fixture = mirroring(setup);
    const running = fixture.run();
    await settle();
    assert.equal(copies(fixture), 0);
    assert.equal(fixture.platform.sent.length, 1);
    fixture.exchange.leave();
    await running;
  });
}

Deno.test("mirror: a copy is not tried again, and its failures count where it went", async () => {
  const fixture = mirroring({ script: { "http://shadow-0.test": ["reset"] } });
  await fixture.run();
  await Promise.all(fixture.exchange.behind);
  assert.equal(copies(fixture), 1);
  const failures = (cluster: number): number =>
    fixture.world.upstreams.cluster(cluster).endpoints[0]!.record.outlier.consecutive5xx;
  assert.deepEqual([failures(0), failures(1)], [0, 1]);
});

interface HostRow {
  readonly name: string;
  readonly setup: Setup;
  readonly want: string | null;
}
const hosts: readonly HostRow[] = [
  { name: "upstream's own stays", setup: {}, want: null },
  {
    name: "the client's is marked",
    setup: { clusters: { a: 1, shadow: { host: "preserve" } } },
    want: "shop.test-shadow",
  },
  {
    name: "a rewritten one is marked",
    setup: { route: { rewriteHost: "r.test:81" } },
    want: "r.test-shadow:81",
  },
  {
    name: "a cluster's literal one stays",
    setup: { clusters: { a: 1, shadow: { host: { name: "s.test" } } } },
    want: "s.test",
  },
];
for (const { name, setup, want } of hosts) {
  Deno.test(`mirror: Host, ${name}`, async () => {
    const fixture = mirroring(setup);
    await fixture.run();
    const copy = fixture.platform.sent.find(({ url }) => url.startsWith("http://shadow"));
    assert.equal(copy?.host, want);
  });
}
