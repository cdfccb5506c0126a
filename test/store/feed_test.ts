import assert from "node:assert/strict";
import type { FeedError } from "../../src/store/status.ts";
import {
  fakeReader,
  FakeStore,
  feedOn,
  finding,
  policyText,
  revisionOfText,
  stampFor,
} from "./fakes.ts";

const [a, b] = [policyText("a"), policyText("b")];
const [ra, rb] = [await revisionOfText(a), await revisionOfText(b)];

interface Trouble {
  name: string;
  code: FeedError["code"] | null;
  cause: (store: FakeStore) => void | Promise<void>;
}

const troubles: Trouble[] = [
  { name: "store unreachable", code: "unreachable", cause: (s) => void (s.down = true) },
  { name: "key missing", code: "missing", cause: (s) => void (s.active = null) },
  { name: "invalid JSON", code: "invalid_policy", cause: (s) => void s.put("{") },
  { name: "invalid policy", code: "invalid_policy", cause: (s) => void s.put('{"x":1}') },
  {
    name: "damaged document",
    code: "damaged",
    cause: (s) => void (s.damaged = { code: "damaged", message: "half" }),
  },
  {
    name: "a newer Limen's policy with keys unknown here",
    code: "invalid_policy",
    cause: async (s) => {
      const text = '{"name":"n","later":1}';
      await s.write(text, await stampFor(text, "v2"));
    },
  },
  {
    name: "a stamp of this Limen on what it would refuse",
    code: "invalid_policy",
    cause: async (s) => void s.put('{"x":1}', await stampFor('{"x":1}')),
  },
];

for (const { name, code, cause } of troubles) {
  Deno.test(`feed: ${name}: the active policy stays, and the status says why`, async () => {
    const store = new FakeStore();
    const { feed, log } = feedOn(store);
    await feed.push(a);
    const before = feed.active;
    log.length = 0;
    await cause(store);
    await feed.refresh();
    await feed.refresh();
    assert.equal(feed.active, before);
    assert.equal(feed.status().revision, ra);
    assert.equal(feed.status().lastError?.code, code);
    assert.equal(log.filter(({ event }) => event === "policy_error").length, 1, "logged once");
  });

  Deno.test(`feed: ${name}: a cold start falls back to the last good policy`, async () => {
    const store = new FakeStore();
    await feedOn(store).feed.push(a);
    await cause(store);
    const { feed, log } = feedOn(store);
    await feed.refresh();
    const reachable = code !== "unreachable";
    assert.equal(feed.active?.revision, reachable ? ra : undefined);
    assert.equal(feed.status().lastError?.code, code);
    store.down = false;
    await feed.refresh();
    assert.equal(feed.active?.revision, ra);
    const activated = log.filter((event) => event.event === "policy_activated");
    assert.deepEqual(activated.map(({ from }) => from), [reachable ? "last_good" : "store"]);
  });
}

Deno.test("feed: a newer Limen's valid policy is validated here and followed", async () => {
  const store = new FakeStore();
  const reader = fakeReader();
  const { feed, settle } = feedOn(store, reader);
  await feed.push(a);
  await store.write(b, await stampFor(b, "v2"));
  await feed.refresh();
  assert.equal(feed.active?.revision, rb);
  assert.equal(reader.calls.validate, 2);
  await settle();
  assert.equal(store.lastGood.get("v1")?.text, b);
  assert.equal(store.lastGood.get("v1")?.stamp?.fingerprint, "v1");
});

Deno.test("feed: without a last good policy of its own rules, another version's is validated", async () => {
  const store = new FakeStore();
  await store.writeLastGood('{"name":"n","later":1}', await stampFor("{}", "v3"));
  await store.writeLastGood(a, await stampFor(a, "v0"));
  const { feed } = feedOn(store);
  await feed.refresh();
  assert.equal(feed.active?.revision, ra);
});

Deno.test("feed: a stamped document is compiled, not validated; unchanged, not even parsed", async () => {
  const store = new FakeStore();
  store.put(a, { ...await stampFor(a), sequence: 1 });
  const reader = fakeReader();
  const { feed } = feedOn(store, reader);
  await feed.refresh();
  assert.deepEqual(reader.calls, { validate: 0, parse: 1, compile: 1 });
  await feed.refresh();
  await Promise.all([feed.refresh(), feed.refresh()]);
  assert.deepEqual(reader.calls, { validate: 0, parse: 1, compile: 1 });
  assert.equal(feed.active?.revision, ra);
});

Deno.test("feed: a raw put is validated once, bad ones as well as good ones", async () => {
  const store = new FakeStore();
  const reader = fakeReader();
  const { feed, settle } = feedOn(store, reader);
  store.put(a);
  await feed.refresh();
  await feed.refresh();
  assert.equal(reader.calls.validate, 1);
  store.put("{");
  await feed.refresh();
  await feed.refresh();
  assert.equal(reader.calls.validate, 2);
  assert.equal(feed.status().lastError?.code, "invalid_policy");
  await settle();
  const kept = store.lastGood.get("v1");
  assert.equal(kept?.text, a);
  assert.deepEqual(kept?.stamp, {
    revision: ra,
    fingerprint: "v1",
    at: "2026-11-20T12:00:00.000Z",
  });
});

Deno.test("feed: a last good copy that can't be saved is logged and harms nothing", async () => {
  const store = new FakeStore();
  const { feed, log, settle } = feedOn(store);
  store.put(a);
  store.writeLastGood = () => Promise.reject(new Error("quota"));
  await feed.refresh();
  await settle();
  assert.equal(feed.active?.revision, ra);
  assert.equal(feed.status().lastError, null);
  assert.equal(log.at(-1)?.event, "last_good_not_saved");
});

Deno.test("feed: the error of a bad document is back after an outage, and goes with the mend", async () => {
  const store = new FakeStore();
  const { feed, log } = feedOn(store);
  await feed.push(a);
  const codes: (string | undefined)[] = [];
  const look = async (): Promise<void> => {
    await feed.refresh();
    codes.push(feed.status().lastError?.code);
  };
  store.put("{");
  await look();
  store.down = true;
  await look();
  store.down = false;
  await look();
  store.put(b);
  await look();
  assert.deepEqual(codes, ["invalid_policy", "unreachable", "invalid_policy", undefined]);
  assert.equal(log.at(-1)?.event, "policy_recovered");
});

Deno.test("feed: two bad documents with the same first error are told apart by their findings", async () => {
  const store = new FakeStore();
  const { feed, clock } = feedOn(store);
  store.put("{");
  await feed.refresh();
  const first = feed.status().lastError;
  clock.ms += 5_000;
  store.put("[");
  await feed.refresh();
  assert.notEqual(feed.status().lastError?.at, first?.at);
});

Deno.test("feed: refresh never rejects, whatever the store throws", async () => {
  const store = new FakeStore();
  store.read = () => Promise.reject(new Error("bug"));
  store.readLastGood = () => Promise.reject(new Error("bug"));
  const { feed } = feedOn(store);
  await feed.refresh();
  assert.equal(feed.status().lastError?.message, "bug");
});

Deno.test("feed: comments only: the new text is kept, plan and age stay", async () => {
  const store = new FakeStore();
  const { feed, clock } = feedOn(store);
  await feed.push(a);
  const { plan, since } = feed.active!;
  clock.ms += 60_000;
  const commented = `// why\n${a}`;
  assert.deepEqual(await feed.push(commented), {
    ok: true,
    revision: ra,
    findings: [],
    spreadFailure: null,
  });
  assert.equal(feed.active?.text, commented);
  assert.equal(store.active?.text, commented);
  assert.equal(feed.active?.plan, plan);
  assert.equal(feed.active?.since, since);
});

Deno.test("feed: an older read that comes late does not undo a push", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  await feed.push(a);
  store.put(a); // so that the slow read has something to bring
  const gate = Promise.withResolvers<void>();
  store.hold = () => gate.promise;
  const slow = feed.refresh();
  store.hold = () => Promise.resolve();
  await feed.push(b);
  gate.resolve();
  await slow;
  assert.equal(feed.active?.revision, rb);
});

Deno.test("feed: of two refreshes, the one that read later wins, whichever began first", async () => {
  const store = new FakeStore();
  store.put(a);
  const { feed } = feedOn(store);
  const gate = Promise.withResolvers<void>();
  store.hold = () => gate.promise;
  const slow = feed.refresh(); // has read `a`
  store.hold = () => Promise.resolve();
  store.put(b);
  await feed.refresh();
  gate.resolve();
  await slow;
  assert.equal(feed.active?.revision, rb);
});

Deno.test("feed: a newer push by another process, seen while ours was in flight, stays", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  const gate = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  store.holdWrite = () => {
    done.resolve();
    return gate.promise;
  };
  const pushing = feed.push(a);
  await done.promise;
  store.put(b);
  await feed.refresh();
  gate.resolve();
  assert.equal((await pushing).ok, true);
  assert.equal(feed.active?.revision, rb);
});

Deno.test("feed: ours is in force if the store can't say whether something newer came", async () => {
  const store = new FakeStore();
  const { feed } = feedOn(store);
  const gate = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  store.holdWrite = () => {
    done.resolve();
    return gate.promise;
  };
  const pushing = feed.push(b);
  await done.promise;
  store.put(a);
  await feed.refresh();
  store.down = true;
  gate.resolve();
  await pushing;
  assert.equal(feed.active?.revision, rb);
});

Deno.test("feed: what this deployment can't run is refused at a push and kept out at a refresh", async () => {
  const store = new FakeStore();
  const refusing = (): ReturnType<typeof finding>[] => [finding("clusters.dc.via", "no binding")];
  await feedOn(store).feed.push(a);
  const accept = ({ revision }: { revision: string }): ReturnType<typeof finding>[] =>
    revision === rb ? refusing() : [];
  const { feed } = feedOn(store, fakeReader({ accept }));
  await feed.refresh();
  assert.deepEqual(await feed.push(b), {
    ok: false,
    code: "invalid_policy",
    message: "clusters.dc.via: no binding",
    findings: refusing(),
  });
  assert.equal(store.active?.text, a);
  store.put(b, await stampFor(b));
  await feed.refresh();
  assert.equal(feed.active?.revision, ra);
  assert.deepEqual(feed.status().lastError?.findings, refusing());
});

Deno.test("feed: status and due follow the clock", async () => {
  const store = new FakeStore();
  const { feed, clock } = feedOn(store);
  assert.deepEqual(feed.status(), {
    revision: null,
    activeSince: null,
    lastCheck: null,
    lastError: null,
  });
  assert.equal(feed.due(30_000), true);
  store.put(a);
  await feed.refresh();
  assert.equal(feed.due(30_000), false);
  assert.deepEqual(feed.status(), {
    revision: ra,
    activeSince: "2026-11-20T12:00:00.000Z",
    lastCheck: "2026-11-20T12:00:00.000Z",
    lastError: null,
  });
  clock.ms += 30_000;
  assert.equal(feed.due(30_000), true);
  await feed.refresh();
  assert.equal(feed.status().lastCheck, "2026-11-20T12:00:30.000Z");
  assert.equal(feed.status().activeSince, "2026-11-20T12:00:00.000Z");
});
