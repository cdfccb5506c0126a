import assert from "node:assert/strict";
import { NO_POLICY } from "../../../src/store/port.ts";
import { policyText, revisionOfText, stampFor } from "../../store/fakes.ts";
import { RegisterWorld } from "./fake_register.ts";

const [a, b, c] = [policyText("a"), policyText("b"), policyText("c")];
const [ra, rb, rc] = await Promise.all([a, b, c].map(revisionOfText));

const puts = ({ kv }: RegisterWorld, key: string): number =>
  kv.operations.filter((operation) => operation === `put ${key}`).length;

const stampIn = ({ kv }: RegisterWorld): unknown => kv.entries.get("policy")?.metadata;

/** Lets the first step of that name wait, until it is let go. */
function hold(world: RegisterWorld, name: string): { reached: Promise<void>; letGo: () => void } {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.delay = async (step) => {
    if (step !== name) return;
    reached.resolve();
    await gate.promise;
  };
  return { reached: reached.promise, letGo: gate.resolve };
}

/** For whoever does not wait for what is held. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

Deno.test("register: a push is in the register and in KV, with its place in the order", async () => {
  const world = new RegisterWorld();
  const first = await world.push(a);
  const second = await world.push(b, { source: "rollback" });
  assert.ok(first.kind === "accepted" && second.kind === "accepted");
  assert.deepEqual([first.stamp.sequence, second.stamp.sequence], [1, 2]);
  assert.deepEqual([first.spreadFailure, first.lastGoodFailure], [null, null]);
  // Of the same millisecond, and one after the other all the same.
  assert.ok(first.stamp.at < second.stamp.at);
  const { at } = second.stamp;
  assert.deepEqual(
    [...world.kv.entries.keys()].sort(),
    [
      `activations/${at}/${rb}`,
      `activations/${first.stamp.at}/${ra}`,
      `history/${ra}`,
      `history/${rb}`,
      "last-good/v1",
      "policy",
    ].sort(),
  );
  assert.deepEqual(world.kv.entries.get("policy"), { value: b, metadata: second.stamp });
  assert.deepEqual(world.kv.entries.get(`history/${rb}`), { value: b, metadata: second.stamp });
  const activation = world.kv.entries.get(`activations/${at}/${rb}`)!;
  const told = { revision: rb, at, by: null, message: null, source: "rollback", findings: [] };
  assert.deepEqual(JSON.parse(activation.value), told);
  assert.deepEqual(activation.metadata, { ...second.stamp, source: "rollback", findings: 0 });
  const history = await world.register.history();
  assert.ok(history.kind === "history");
  assert.deepEqual(history.activations[0], told);
  assert.deepEqual(await world.revisions(), [rb, ra]);
  assert.deepEqual(await Promise.all([ra!, rb!, rc!].map((r) => world.textOf(r))), [a, b, null]);
  assert.equal(world.storage.alarmMs, null);
});

Deno.test("register: ifRevision is compared with what is active at that moment", async () => {
  const world = new RegisterWorld();
  const refused = await world.push(a, { ifRevision: ra! });
  assert.ok(refused.kind === "refused" && refused.failure.code === "revision_conflict");
  assert.match(refused.failure.message, /no valid policy/);
  const first = await Promise.all(
    [a, a].map((text) => world.push(text, { ifRevision: NO_POLICY })),
  );
  assert.deepEqual(first.map(({ kind }) => kind).sort(), ["accepted", "refused"]);
  const answers = await Promise.all(
    [b, c, b, c].map((text) => world.push(text, { ifRevision: ra! })),
  );
  const won = answers.flatMap((answer) =>
    answer.kind === "accepted" ? [answer.stamp.revision] : []
  );
  assert.equal(won.length, 1);
  assert.deepEqual(await world.revisions(), [won[0], ra]);
  const lost = won[0] === rb ? rc : rb;
  assert.equal(await world.textOf(lost!), null);
});

Deno.test("register: a hundred pushes at once have one order, and few writes of the policy", async () => {
  const world = new RegisterWorld({ kept: 200 });
  await world.push(a);
  const texts = Array.from({ length: 100 }, (_, i) => policyText(`p${i}`));
  const answers = await Promise.all(texts.map((text) => world.push(text)));
  // Which of them comes first is nobody's business: each packs its text for itself.
  const placed = await Promise.all(answers.map(async (answer, i) => {
    assert.ok(answer.kind === "accepted");
    return {
      sequence: answer.stamp.sequence!,
      text: texts[i]!,
      revision: await revisionOfText(texts[i]!),
    };
  }));
  placed.sort((x, y) => y.sequence - x.sequence);
  assert.deepEqual(placed.map(({ sequence }) => sequence), texts.map((_, i) => 101 - i));
  assert.deepEqual(await world.revisions(), [...placed.map(({ revision }) => revision), ra]);
  assert.equal(world.inForce()?.text, placed[0]?.text);
  assert.ok(puts(world, "policy") <= 4, `${puts(world, "policy")} writes`);
  assert.equal(
    [...world.kv.entries.keys()].filter((key) => key.startsWith("history/")).length,
    101,
  );
});

Deno.test("register: the same text is stored once, and goes when nothing needs it", async () => {
  const world = new RegisterWorld({ kept: 2 });
  const documents = (): number =>
    [...world.storage.entries.keys()].filter((key) => key.startsWith("document/")).length;
  for (const text of [a, b, a]) await world.push(text);
  assert.equal(documents(), 2);
  assert.deepEqual(await world.revisions(), [ra, rb]);
  await world.push(a);
  assert.deepEqual(await world.revisions(), [ra, ra]);
  assert.equal(documents(), 1);
  assert.equal(await world.textOf(ra!), a);
  const left = [...world.kv.entries.keys()].filter((key) => /^(?:history|activations)\//.test(key));
  assert.deepEqual(left.map((key) => key.split("/").at(-1)), [ra, ra, ra]);
});

Deno.test("register: a policy of 4 MiB that can't be compressed is whole", async () => {
  const world = new RegisterWorld();
  const random = new Uint8Array(3 * 1024 * 1024);
  for (let i = 0; i < random.length; i += 65_536) {
    crypto.getRandomValues(random.subarray(i, i + 65_536));
  }
  const text = policyText(random.toBase64());
  assert.equal((await world.push(text)).kind, "accepted");
  world.restart();
  assert.ok(await world.textOf(await revisionOfText(text)) === text);
  assert.ok(world.inForce()?.text === text);
});

Deno.test("register: a push that can't be stored is refused, and nothing of it is there", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.onStep = (step) => step === "storage commit" ? new Error("disk full") : null;
  const refused = await world.push(b);
  assert.ok(refused.kind === "refused" && refused.failure.code === "unreachable");
  assert.match(refused.failure.message, /could not store it: disk full/);
  world.onStep = () => null;
  await world.settle();
  assert.deepEqual(await world.revisions(), [ra]);
  assert.equal(world.inForce()?.text, a);
});

Deno.test("register: what KV does not take goes out by alarms, further and further apart", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.onStep = (step) => step === "kv put policy" ? new Error("KV PUT failed: 500") : null;
  const accepted = await world.push(b);
  assert.ok(accepted.kind === "accepted");
  assert.match(accepted.spreadFailure!.message, /500/);
  assert.deepEqual(await world.revisions(), [rb, ra]);
  const delays: number[] = [];
  for (let ring = 0; ring < 8; ring++) {
    delays.push(world.storage.alarmMs! - world.clock.ms);
    world.clock.ms = world.storage.alarmMs!;
    world.restart();
    await world.register.wake();
  }
  assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000));
  assert.equal(world.failures.length, 9);
  world.onStep = () => null;
  await world.settle();
  assert.equal(world.inForce()?.text, b);
  assert.equal(world.storage.alarmMs, null);
});

Deno.test("register: a write that comes too soon after another is tried again", async () => {
  const world = new RegisterWorld();
  let refusals = 2;
  world.onStep = (step) =>
    step === "kv put policy" && refusals-- > 0 ? new Error("KV PUT failed: 429") : null;
  const accepted = await world.push(a);
  assert.ok(accepted.kind === "accepted" && accepted.spreadFailure === null);
  assert.deepEqual(world.slept, [1_100, 2_200]);
});

Deno.test("register: whoever has pushed is told in time, though KV is slow", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  const { reached, letGo } = hold(world, "kv put policy");
  world.isPatient = false;
  const accepted = await world.push(b);
  assert.ok(accepted.kind === "accepted");
  assert.match(accepted.spreadFailure!.message, /goes on trying/);
  assert.deepEqual(await world.revisions(), [rb, ra]);
  await reached;
  letGo();
  await world.settle();
  assert.equal(world.inForce()?.text, b);
});

Deno.test("register: the last good policy is the last push, whatever a cache still shows", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.kv.freeze();
  await world.push(b);
  await world.push(a);
  assert.equal(world.kv.entries.get("last-good/v1")?.value, a);
});

Deno.test("register: of large policies that wait for KV, few are in memory at once", async () => {
  const world = new RegisterWorld();
  world.onStep = (step) => step.startsWith("kv put") ? new Error("KV PUT failed: 500") : null;
  const large = (name: string): string => policyText(name.repeat(3 * 1024 * 1024));
  const texts = ["d", "e", "f", "g"].map(large);
  for (const text of [...texts, a, b, c]) await world.push(text);
  world.onStep = () => null;
  const { kv } = world;
  const put = kv.put.bind(kv);
  let [bytes, most, count, together] = [0, 0, 0, 0];
  kv.put = async (key, value, options) => {
    [bytes, count] = [bytes + value.length, count + 1];
    [most, together] = [Math.max(most, bytes), Math.max(together, count)];
    await breath();
    await put(key, value, options);
    [bytes, count] = [bytes - value.length, count - 1];
  };
  await world.settle();
  assert.deepEqual((await world.revisions()).length, 7);
  assert.ok(most < 9 * 1024 * 1024, `${most} characters at once`);
  assert.ok(together > 2, "small ones do not wait for each other");
});

Deno.test("register: a raw put becomes the active policy, once", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  await world.put(`// by hand\n${b}`);
  world.clock.ms += 1_000;
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => world.adopt())), [null, null, null]);
  const history = await world.register.history();
  assert.ok(history.kind === "history");
  const [put, push] = history.activations;
  assert.deepEqual([put?.revision, put?.source, push?.revision], [rb, "put", ra]);
  assert.equal(history.activations.length, 2);
  assert.equal(await world.textOf(rb!), `// by hand\n${b}`);
  await world.settle();
  assert.equal(stampIn(world), null, "what the user has put stays as it is");
  assert.equal(world.kv.entries.get(`history/${rb}`)?.value, `// by hand\n${b}`);
  // It is what pushes are compared with.
  assert.equal((await world.push(c, { ifRevision: ra! })).kind, "refused");
  assert.equal((await world.push(c, { ifRevision: rb! })).kind, "accepted");
});

Deno.test("register: a push that went straight into KV keeps its time, and brings others along", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  const { ms } = world.clock;
  const at = (seconds: number): string => new Date(ms + seconds * 1000).toISOString();
  const [before, stamp] = [
    { ...await stampFor(b), at: at(1), by: "bob" },
    { ...await stampFor(c), at: at(2), by: "cid" },
  ];
  for (const [text, one] of [[b, before], [c, stamp]] as const) {
    await world.kv.put(`history/${one.revision}`, text, { metadata: one });
    await world.kv.put(`activations/${one.at}/${one.revision}`, "{}", {
      metadata: { ...one, source: "rollback", findings: 0 },
    });
    await world.put(text, one);
  }
  world.clock.ms += 60_000;
  assert.equal(await world.adopt(), null);
  const history = await world.register.history();
  assert.ok(history.kind === "history");
  assert.deepEqual(
    history.activations.map(({ revision, by, source }) => [revision, by, source]),
    [[rc, "cid", "rollback"], [rb, "bob", "rollback"], [ra, null, "push"]],
  );
  assert.equal(history.activations[0]?.at, at(2));
  assert.deepEqual([await world.textOf(rb!), await world.textOf(rc!)], [b, c]);
  await world.settle();
  const keys = [...world.kv.entries.keys()].filter((key) => key.startsWith("activations/"));
  assert.equal(keys.length, 3);
  assert.equal(await world.adopt(), null);
  assert.equal((await world.revisions()).length, 3);
});

Deno.test("register: what lay in KV before there was a register is in the history", async () => {
  const world = new RegisterWorld();
  const old = { ...await stampFor(a), at: "2026-01-01T00:00:00.000Z", by: "ann" };
  const newer = { ...await stampFor(b), at: "2026-01-02T00:00:00.000Z" };
  await world.kv.put(`history/${ra}`, a, { metadata: old });
  await world.kv.put(`history/${rb}`, b, { metadata: newer });
  await world.put(b, newer);
  assert.deepEqual(await world.revisions(), [rb, ra]);
  assert.equal(await world.adopt(), null, "it is the active one already");
  assert.deepEqual([await world.textOf(ra!), await world.textOf(rb!)], [a, b]);
  assert.equal((await world.push(c, { ifRevision: rb! })).kind, "accepted");
  assert.deepEqual(await world.revisions(), [rc, rb, ra]);
});

Deno.test("register: it can't begin without knowing what was before", async () => {
  const world = new RegisterWorld();
  world.onStep = (step) => step.startsWith("kv list") ? new Error("down") : null;
  const refused = await world.push(a);
  assert.ok(refused.kind === "refused" && refused.failure.code === "unreachable");
  world.onStep = () => null;
  assert.equal((await world.push(a)).kind, "accepted");
});

Deno.test("register: a cached copy of what was replaced is not taken for a put", async () => {
  const world = new RegisterWorld();
  await world.put(a);
  assert.equal(await world.adopt(), null);
  // Nobody has told the register of this one.
  await world.put(c);
  world.kv.freeze();
  await world.push(b);
  for (const shown of [a, c]) {
    const cached = new RegisterWorld({ kv: world.kv });
    cached.storage.entries.clear();
    await world.put(shown);
    world.kv.freeze();
    world.restart();
    const failure = await world.adopt();
    assert.equal(failure?.code, "unreachable", shown);
    assert.equal((await world.revisions())[0], rb);
  }
  // After that time it is no cache's doing any more.
  world.clock.ms += 90_000;
  assert.equal(await world.adopt(), null);
  assert.deepEqual((await world.revisions()).slice(0, 2), [rc, rb]);
});

Deno.test("register: what it does not see itself it does not take over", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.kv.freeze();
  await world.put(b);
  const failure = await world.adopt();
  assert.match(failure!.message, /shows the register another document/);
  world.kv.thaw();
  world.clock.ms += 10_000;
  assert.equal(await world.adopt(), null);
  assert.deepEqual(await world.revisions(), [rb, ra]);
});

Deno.test("register: however many isolates tell of a put, KV is looked at once in a while", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.kv.freeze();
  await world.put(b);
  const reads = (): number =>
    world.kv.operations.filter((operation) => operation === "get policy").length;
  const askAll = async (): Promise<readonly (string | undefined)[]> => {
    const before = reads();
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.adopt()));
    assert.equal(reads() - before, 1);
    return [...new Set(answers.map((failure) => failure?.code))];
  };
  assert.deepEqual(await askAll(), ["unreachable"]);
  world.clock.ms += 10_000;
  assert.deepEqual(await askAll(), ["unreachable"]);
  world.clock.ms += 10_000;
  world.kv.thaw();
  assert.deepEqual(await askAll(), [undefined]);
  assert.deepEqual(await world.revisions(), [rb, ra]);
});

Deno.test("register: an old push that somebody put back, stamp and all, is active again", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  const { text, stamp } = world.inForce()!;
  await world.push(b);
  await world.put(text, stamp);
  assert.deepEqual(await world.revisions(), [rb, ra], "a cache may show that");
  world.clock.ms += 90_000;
  assert.deepEqual(await world.revisions(), [ra, rb, ra]);
  assert.deepEqual(await world.revisions(), [ra, rb, ra]);
  const next = await world.push(c, { ifRevision: ra! });
  assert.ok(next.kind === "accepted" && next.stamp.sequence === 4);
});

Deno.test("register: a put made while KV takes no pushes is later than the push", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  world.onStep = (step) => step === "kv put policy" ? new Error("KV PUT failed: 500") : null;
  await world.push(b);
  await world.put(c);
  assert.equal(await world.adopt(), null);
  world.onStep = () => null;
  await world.settle();
  assert.equal(world.inForce()?.text, c);
  assert.deepEqual(await world.revisions(), [rc, rb, ra]);
});

Deno.test("register: a put that a push is just writing over is not taken over", async () => {
  const world = new RegisterWorld();
  await world.push(a);
  const { reached, letGo } = hold(world, "kv put policy");
  const pushed = world.push(b);
  await reached;
  await world.put(c);
  const adopted = world.adopt();
  await Promise.race([adopted, breath()]);
  letGo();
  assert.equal((await pushed).kind, "accepted");
  assert.match((await adopted)!.message, /shows the register another document/);
  assert.deepEqual([await world.revisions(), world.inForce()?.text], [[rb, ra], b]);
});

Deno.test("register: a push that is accepted while a put is looked at comes after nothing unknown", async () => {
  for (const held of ["kv list history/", `kv put history/${rb}`]) {
    const world = new RegisterWorld();
    await world.push(a);
    await world.put(c);
    const { reached, letGo } = hold(world, held);
    // The one that waits first, so that it is overtaken by the other.
    const [first, second] = held.startsWith("kv list")
      ? [() => world.adopt(), () => world.push(b)]
      : [() => world.push(b), () => world.adopt()];
    const waiting = first();
    await reached;
    const other = second();
    await Promise.race([other, breath()]);
    letGo();
    const answers = await Promise.all([waiting, other]);
    const failure = answers.find((answer) => answer !== null && "code" in answer);
    assert.match(JSON.stringify(failure), /on its way|another document/, held);
    assert.deepEqual([await world.revisions(), world.inForce()?.text], [[rb, ra], b]);
  }
});

Deno.test("register: whichever step of a push fails, it is taken and spread, or nothing is there", async () => {
  const seen = new Set<string>();
  for (let failAt = 0;; failAt++) {
    const world = new RegisterWorld({ kept: 1 });
    await world.push(a);
    let count = 0;
    world.onStep = (step) => count++ === failAt ? new Error(`injected at ${step}`) : null;
    const answer = await world.push(b);
    const steps = count;
    world.onStep = () => null;
    await world.settle();
    const [want, text] = answer.kind === "accepted" ? [rb, b] : [ra, a];
    assert.deepEqual(await world.revisions(), [want], `step ${failAt}`);
    assert.equal(world.inForce()?.text, text, `step ${failAt}`);
    assert.equal(await world.textOf(want!), text, `step ${failAt}`);
    assert.deepEqual(
      [...world.kv.entries.keys()].filter((key) => key.startsWith("history/")),
      [`history/${want}`],
    );
    seen.add(answer.kind);
    if (steps <= failAt) break;
  }
  assert.deepEqual([...seen].sort(), ["accepted", "refused"]);
});
