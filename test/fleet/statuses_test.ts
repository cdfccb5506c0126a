import assert from "node:assert/strict";
import { MOST_MEMBERS, STATUS_LIFE_MS, Statuses } from "../../src/fleet/statuses.ts";
import { statusOf } from "./fakes.ts";

const START = 1_000_000;

const idsAt = (statuses: Statuses, nowMs: number): readonly string[] =>
  statuses.all(nowMs).map(({ id }) => id);

Deno.test("statuses: of each member the last one, with when it was heard", () => {
  const statuses = new Statuses();
  statuses.hear(statusOf({ id: "a", revision: "r1" }), START);
  statuses.hear(statusOf({ id: "b" }), START + 1);
  statuses.hear(statusOf({ id: "a", revision: "r2" }), START + 2);
  assert.deepEqual(
    statuses.all(START + 2).map(({ id, revision, seenAt }) => [id, revision, Date.parse(seenAt)]),
    [["b", "r1", START + 1], ["a", "r2", START + 2]],
  );
});

Deno.test("statuses: who has been silent for long is gone", () => {
  const statuses = new Statuses();
  statuses.hear(statusOf({ id: "a" }), START);
  statuses.hear(statusOf({ id: "b" }), START + 1);
  statuses.hear(statusOf({ id: "c" }), START + 2);
  assert.deepEqual(idsAt(statuses, START + STATUS_LIFE_MS - 1), ["a", "b", "c"]);
  assert.deepEqual(idsAt(statuses, START + STATUS_LIFE_MS), ["b", "c"]);
  statuses.hear(statusOf({ id: "a" }), START + STATUS_LIFE_MS);
  assert.deepEqual(idsAt(statuses, START + STATUS_LIFE_MS + 1), ["c", "a"]);
});

Deno.test("statuses: are bounded, and who was silent longest makes room", () => {
  const statuses = new Statuses();
  for (let i = 0; i < MOST_MEMBERS; i++) statuses.hear(statusOf({ id: `${i}` }), START);
  statuses.hear(statusOf({ id: "0" }), START);
  statuses.hear(statusOf({ id: "new" }), START);
  const ids = idsAt(statuses, START);
  assert.equal(ids.length, MOST_MEMBERS);
  assert.deepEqual([ids[0], ids.at(-2), ids.at(-1)], ["2", "0", "new"]);
});
