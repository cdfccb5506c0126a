import assert from "node:assert/strict";
import { Roster } from "../../src/fleet/roster.ts";
import { VOTE_EVERY_MS } from "../../src/fleet/tallies.ts";

const START = 1_000_000;
const PLACES = ["east", "west"];

Deno.test("roster: all are told at first, then for two seconds nobody", () => {
  const roster = new Roster(PLACES);
  assert.deepEqual(roster.wake("r1", false, START), PLACES);
  assert.deepEqual(roster.wake("r1", false, START + 1_999), []);
  assert.deepEqual(roster.wake("r1", false, START + 2_000), PLACES);
});

Deno.test("roster: those that follow the policy and are heard of are let alone", () => {
  const roster = new Roster(PLACES);
  assert.equal(roster.heard("east", "r1", START), true);
  assert.deepEqual(roster.wake("r1", false, START), ["west"]);
  roster.heard("west", "r1", START + 1);
  assert.deepEqual(roster.wake("r1", false, START + 5_000), []);
  assert.deepEqual(roster.wake("r1", false, START + 2 * VOTE_EVERY_MS), ["east"]);
});

Deno.test("roster: another policy is told at once, and each at its own pace", () => {
  const roster = new Roster(PLACES);
  for (const place of PLACES) roster.heard(place, "r1", START);
  assert.deepEqual(roster.wake("r2", false, START), PLACES);
  // Isolates that have not taken it yet, and those that have, report in turn.
  assert.deepEqual(roster.wake("r1", false, START + 1), []);
  assert.deepEqual(roster.wake("r2", false, START + 2), []);
  for (const place of PLACES) roster.heard(place, "r2", START + 3);
  assert.deepEqual(roster.wake("r1", false, START + 4), PLACES);
  assert.deepEqual(roster.wake("r1", false, START + 5), []);
  assert.deepEqual(roster.wake("r2", false, START + 2_000), []);
});

Deno.test("roster: news is for all of them, whoever was told before", () => {
  const roster = new Roster(PLACES);
  for (const place of PLACES) roster.heard(place, "r1", START);
  assert.deepEqual(roster.wake("r1", true, START), PLACES);
  assert.deepEqual(roster.wake("r1", true, START), PLACES);
});

Deno.test("roster: a place of another deployment is none", () => {
  const roster = new Roster(PLACES);
  assert.equal(roster.heard("north", "r1", START), false);
  assert.deepEqual(roster.wake("r1", false, START), PLACES);
});
