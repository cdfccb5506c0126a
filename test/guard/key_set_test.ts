import assert from "node:assert/strict";
import { type FetchJson, KeySet, type KeySetEvent } from "../../src/guard/key_set.ts";
import { JWKS_URI, NOW_MS, signer } from "./support.ts";

const { jwk } = await signer("ES256", "k1");

class World {
  nowMs = NOW_MS;
  answer: Awaited<ReturnType<FetchJson>> = { value: { keys: [jwk] } };
  fetched = 0;
  readonly log: KeySetEvent[] = [];
  readonly set = new KeySet({
    url: JWKS_URI,
    fetchJson: (url) => {
      assert.equal(url, JWKS_URI);
      this.fetched++;
      return Promise.resolve(this.answer);
    },
    now: () => this.nowMs,
    log: (event) => void this.log.push(event),
  });
}

const MINUTE = 60_000;

Deno.test("key set: nothing is fetched before somebody asks", () => {
  const { set, fetched } = new World();
  assert.deepEqual([set.known, set.due, set.coolingDown, fetched], [null, true, false, 0]);
});

Deno.test("key set: fresh for ten minutes, usable for an hour", async () => {
  const world = new World();
  assert.equal(await world.set.refresh(), null);
  const states: [minutes: number, due: boolean, known: boolean][] = [
    [0, false, true],
    [10 - 1e-4, false, true],
    [10, true, true],
    [60 - 1e-4, true, true],
    [60, true, false],
    // A clock that was set back says nothing of their age.
    [-1, true, false],
  ];
  for (const [minutes, due, known] of states) {
    world.nowMs = NOW_MS + minutes * MINUTE;
    const { set } = world;
    assert.deepEqual([set.due, set.known !== null], [due, known], `after ${minutes} minutes`);
  }
});

Deno.test("key set: a fetch that fails leaves the keys, and is logged when it begins and ends", async () => {
  const world = new World();
  await world.set.refresh();
  const before = world.set.known;
  world.nowMs += 11 * MINUTE;
  const good = world.answer;
  const failure = "down";
  world.answer = { failure };
  assert.equal(await world.set.refresh(), failure);
  assert.equal(await world.set.refresh(), failure);
  assert.equal(world.set.known, before);
  assert.equal(world.set.due, true);
  world.answer = good;
  assert.equal(await world.set.refresh(), null);
  assert.equal(world.set.due, false);
  await world.set.refresh();
  assert.deepEqual(world.log, [
    { event: "keys_unreachable", url: JWKS_URI, failure },
    { event: "keys_recovered", url: JWKS_URI },
  ]);
});

for (const value of [null, [], {}, { keys: {} }, { keys: [1] }, "keys"]) {
  Deno.test(`key set: ${JSON.stringify(value)} is none`, async () => {
    const world = new World();
    world.answer = { value };
    assert.match(await world.set.refresh() ?? "", /no JSON Web Key Set/);
    assert.equal(world.set.known, null);
  });
}

Deno.test("key set: what was missed is not looked for again for half a minute", () => {
  const world = new World();
  world.set.missed();
  for (const [ms, want] of [[0, true], [29_999, true], [30_000, false], [-1, false]] as const) {
    world.nowMs = NOW_MS + ms;
    assert.equal(world.set.coolingDown, want, `after ${ms} ms`);
  }
});
