import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { RegisterAnswer } from "../../../src/store/register/register.ts";
import { policyText, revisionOfText } from "../../store/fakes.ts";
import { RegisterWorld } from "./fake_register.ts";

const names = ["a", "b", "c", "d"];
const revisionOfName = new Map(
  await Promise.all(
    names.map(async (name) => [name, await revisionOfText(policyText(name))] as const),
  ),
);

/** After so many steps of storage and KV, what happens to the next one. */
const trouble = fc.record({
  after: fc.nat({ max: 15 }),
  what: fc.constantFrom("fail", "keep failing", "end", "end" as const),
  /** Of what: a step is of storage, or of KV. */
  of: fc.constantFrom("storage commit", "storage", "kv put", "kv"),
});

const push = fc.record({
  name: fc.constantFrom(...names),
  /** Whether it names what is active, or what may not be. */
  guard: fc.constantFrom("none", "active", ...names),
});

/** After how many turns of other promises. */
const later = fc.nat({ max: 200 });

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      pushes: fc.array(push, { minLength: 1, maxLength: 5 }),
      adopts: fc.array(later, { maxLength: 2 }),
      puts: fc.array(fc.record({ name: fc.constantFrom(...names), after: later }), {
        maxLength: 1,
      }),
    }),
  },
  fc.record({ put: fc.constantFrom(...names) }),
  fc.record({ pushes: fc.constant([]), adopts: fc.constant([0]), puts: fc.constant([]) }),
  fc.record({ trouble }),
  fc.record({ passMs: fc.constantFrom(1_000, 30_000, 90_000) }),
  fc.record({ ring: fc.constant(true) }),
  fc.record({ cache: fc.constantFrom("freeze" as const, "thaw" as const) }),
);

/** Lets what happens at the same time happen in many an order. */
const delays = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 60 })), {
  minLength: 1,
  maxLength: 40,
});

type Push = { readonly name: string; readonly guard: string };

/** What a client knows after its push: the answer, or nothing. */
type Heard = {
  readonly push: Push;
  readonly ifRevision: string | null;
  readonly answer: RegisterAnswer | null;
};

Deno.test("register: accepted pushes have one order, and none of them is ever lost", async () => {
  const seen = { accepted: 0, refused: 0, unheard: 0, ends: 0, adopted: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), delays, async (steps, delayed) => {
      const world = new RegisterWorld({ kept: 1_000 });
      let count = 0;
      world.delay = () => turns(delayed[count++ % delayed.length]!);
      const heard: Heard[] = [];
      for (const taken of steps) {
        if ("put" in taken) await world.put(policyText(taken.put));
        else if ("cache" in taken) world.kv[taken.cache]();
        else if ("passMs" in taken) pass(world, taken.passMs);
        else if ("trouble" in taken) plan(world, taken.trouble);
        else if ("ring" in taken) await world.heard(world.register.wake());
        else heard.push(...await atOnce(world, taken));
        if (world.hasEnded) {
          seen.ends++;
          world.restart();
        }
      }
      world.onStep = () => null;
      world.kv.thaw();
      if (world.hasEnded) world.restart();
      await world.settle();
      // What the register has put there is what it has in force.
      const shown = world.inForce()?.stamp;
      if (shown) assert.equal(await newest(world), shown.revision);
      if (world.inForce() !== null && await world.adopt() === null) seen.adopted++;
      await world.settle();
      const puts = steps.reduce(
        (sum, taken) => sum + ("put" in taken ? 1 : "puts" in taken ? taken.puts.length : 0),
        0,
      );
      await check(world, heard, { seen, puts });
    }),
    { numRuns: 200 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 0, `${what}: ${times}`);
});

interface AtOnce {
  readonly pushes: readonly Push[];
  readonly adopts: readonly number[];
  readonly puts: readonly { readonly name: string; readonly after: number }[];
}

/** Pushes, puts, and isolates that tell of what they have found in KV. */
async function atOnce(
  world: RegisterWorld,
  { pushes, adopts, puts }: AtOnce,
): Promise<readonly Heard[]> {
  const active = world.storage.entries.size === 0 ? null : await newest(world);
  const others = [
    ...adopts.map(async (after) => {
      await turns(after);
      if (world.inForce() !== null) await world.heard(world.adopt());
    }),
    ...puts.map(async ({ name, after }) => {
      await turns(after);
      await world.put(policyText(name));
    }),
  ];
  const pushing = pushes.map(async (push): Promise<Heard> => {
    const { name, guard } = push;
    const known = guard === "active" ? active : revisionOfName.get(guard) ?? null;
    const ifRevision = guard === "none" ? null : known;
    const answer = await world.heard(world.push(policyText(name), { ifRevision }));
    return { push, ifRevision, answer };
  });
  await Promise.all(others);
  return await Promise.all(pushing);
}

/** No cached copy lives long. */
function pass(world: RegisterWorld, ms: number): void {
  if (ms >= 30_000) world.kv.thaw();
  world.clock.ms += ms;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

function plan(
  world: RegisterWorld,
  { after, what, of }: { after: number; what: "fail" | "keep failing" | "end"; of: string },
): void {
  let left = after;
  world.onStep = (step) => {
    if (!step.startsWith(of) || left-- > 0) return null;
    if (what !== "keep failing") world.onStep = () => null;
    return what === "end" ? "end" : new Error(`injected at ${step}`);
  };
}

/** As the object has stored it; `null`: nothing so far. */
async function newest(world: RegisterWorld): Promise<string | null> {
  const { onStep } = world;
  world.onStep = () => null;
  const revisions = await world.heard(world.revisions());
  world.onStep = onStep;
  return revisions?.[0] ?? null;
}

async function check(
  world: RegisterWorld,
  heard: readonly Heard[],
  { seen, puts }: {
    seen: { accepted: number; refused: number; unheard: number };
    puts: number;
  },
): Promise<void> {
  const history = await world.register.history();
  assert.ok(history.kind === "history");
  const { activations } = history;

  // One order, and each accepted push exactly once in it.
  const places = new Set<number>();
  for (const { push, ifRevision, answer } of heard) {
    if (answer === null) seen.unheard++;
    else if (answer.kind === "refused") seen.refused++;
    else {
      seen.accepted++;
      const { sequence, revision, at } = answer.stamp;
      assert.equal(revision, revisionOfName.get(push.name));
      assert.ok(!places.has(sequence!), "two pushes in one place");
      places.add(sequence!);
      const index = activations.findIndex((one) => one.at === at && one.revision === revision);
      assert.notEqual(index, -1, "an accepted push is not in the history");
      // What it was compared with is what came before it.
      if (ifRevision !== null) assert.equal(activations[index + 1]?.revision, ifRevision);
    }
  }
  const pushes = activations.filter(({ source }) => source === "push");
  const unheard = heard.filter(({ answer }) => answer === null).length;
  assert.ok(pushes.length >= places.size && pushes.length <= places.size + unheard);

  assert.ok(activations.length - pushes.length <= puts, "what was not put is told of as put");

  // Every document is whole.
  for (const [name, revision] of revisionOfName) {
    const text = await world.textOf(revision);
    if (activations.some((one) => one.revision === revision)) assert.equal(text, policyText(name));
  }

  // KV shows the head and its whole history.
  const head = activations[0];
  if (head === undefined) return;
  const text = world.inForce()?.text;
  assert.equal(text && await revisionOfText(text), head.revision);
  for (const { at, revision } of activations) {
    assert.ok(world.kv.entries.has(`activations/${at}/${revision}`));
    const document = world.kv.entries.get(`history/${revision}`)?.value;
    assert.equal(document && await revisionOfText(document), revision);
  }
}
