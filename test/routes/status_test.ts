import assert from "node:assert/strict";
import { type StatusAnswer, statusAnswer } from "../../routes/status.ts";
import { CapacityGates } from "../../src/capacity/gates.ts";
import { FleetMember } from "../../src/fleet/member.ts";
import { HealthRegistry } from "../../src/health/registry.ts";
import type { FeedStatus } from "../../src/store/status.ts";
import { FakeFleetStore, heardOf, statusOf } from "../fleet/fakes.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 5);

const FEED: FeedStatus = {
  revision: "0123456789ab",
  activeSince: "2026-11-20T12:00:00.000Z",
  lastCheck: "2026-11-20T12:04:59.000Z",
  lastError: {
    code: "invalid_policy",
    message: "routes: is missing",
    at: "2026-11-20T12:04:00.000Z",
    findings: [],
  },
};
const OWN = statusOf({ revision: "0123456789ab" });
const HEARD_OWN = { ...OWN, seenAt: new Date(NOW).toISOString() };

function answerOf(store: FakeFleetStore | null): Promise<StatusAnswer> {
  const fleet = new FleetMember({
    store,
    registry: new HealthRegistry(),
    plan: () => null,
    checker: null,
    gates: new CapacityGates("m"),
    intervalMs: 500,
    status: () => OWN,
    statusMs: Infinity,
    now: () => NOW,
    log: () => {},
  });
  return statusAnswer({ feed: { status: () => FEED }, fleet });
}

const group = (members: number, revisions: Record<string, number>): unknown => ({
  group: "eu/fra",
  runtime: "deno",
  members,
  revisions,
  errors: 0,
});

Deno.test("status: what is served here, each member, and the members by group", async () => {
  const store = new FakeFleetStore();
  const other = heardOf({ id: "m2", revision: null });
  store.heard = [other];
  assert.deepEqual(await answerOf(store), {
    ...FEED,
    members: [HEARD_OWN, other],
    groups: [group(2, { "0123456789ab": 1, "": 1 })],
  });
});

for (
  const [what, store] of [["alone", null], ["in a fleet of one", new FakeFleetStore()]] as const
) {
  Deno.test(`status: ${what}`, async () => {
    assert.deepEqual(await answerOf(store), {
      ...FEED,
      members: [HEARD_OWN],
      groups: [group(1, { "0123456789ab": 1 })],
    });
  });
}

Deno.test("status: a fleet that can't be read is said, and what is known here all the same", async () => {
  const store = Object.assign(new FakeFleetStore(), { failure: "no answer" });
  assert.deepEqual(await answerOf(store), {
    ...FEED,
    members: [HEARD_OWN],
    groups: [group(1, { "0123456789ab": 1 })],
    fleetError: "no answer",
  });
});
