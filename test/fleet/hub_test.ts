import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Ballot, Hub, type HubMemory } from "../../src/fleet/hub.ts";
import type { FleetReport } from "../../src/fleet/port.ts";
import type { Verdict } from "../../src/health/active_check.ts";
import { statusOf } from "./fakes.ts";

const START = 1_000_000;
const PLACES = ["p1", "p2", "p3", "p4", "p5"];
const A = { cluster: "dc", origin: "http://a.test" };
const B = { cluster: "dc", origin: "http://b.test" };

const reportOf = (spec: Partial<FleetReport> = {}): FleetReport => ({
  ejections: [],
  busy: [],
  takenOut: [],
  status: null,
  ...spec,
});

const ballot = (from: string, verdict: Verdict, spec: Partial<Ballot> = {}): Ballot => ({
  from,
  revision: "r1",
  verdicts: [{ ...A, verdict }],
  well: [],
  ...spec,
});

const newHub = (memory: HubMemory = new Map()): Hub => new Hub(PLACES, memory, START);

Deno.test("hub: knows nothing at first", () => {
  const { version, ...content } = newHub().state(START);
  assert.notEqual(version, "");
  assert.deepEqual(content, { drained: [], ejections: [], verdicts: [] });
});

Deno.test("hub: a drain is in the state at once, and to be stored", () => {
  const hub = newHub();
  hub.drain("dc", true);
  hub.drain("aws", true);
  assert.deepEqual(hub.state(START).drained, ["aws", "dc"]);
  assert.deepEqual([...hub.takeUnsaved()], [["drained", ["dc", "aws"]]]);
  hub.drain("dc", true);
  hub.drain("pop", false);
  assert.equal(hub.takeUnsaved().size, 0);
  hub.drain("dc", false);
  assert.deepEqual(hub.state(START).drained, ["aws"]);
  assert.deepEqual([...hub.takeUnsaved()], [["drained", ["aws"]]]);
});

Deno.test("hub: three of five places decide", () => {
  const hub = newHub();
  const states = PLACES.map((place) => {
    hub.vote(ballot(place, "unhealthy"), START);
    return hub.state(START).verdicts.map(({ verdict }) => verdict).join();
  });
  assert.deepEqual(states, ["healthy", "healthy", "unhealthy", "unhealthy", "unhealthy"]);
});

Deno.test("hub: a place that is none of its own has no vote", () => {
  const hub = newHub();
  hub.vote(ballot("elsewhere", "excluded"), START);
  assert.deepEqual(hub.state(START).verdicts, []);
});

Deno.test("hub: votes are stored when they change, not when they are renewed", () => {
  const hub = newHub();
  hub.vote(ballot("p1", "healthy"), START);
  assert.deepEqual([...hub.takeUnsaved().keys()], ["votes/p1"]);
  hub.vote(ballot("p1", "healthy"), START + 10_000);
  assert.equal(hub.takeUnsaved().size, 0);
  hub.vote(ballot("p1", "unhealthy"), START + 20_000);
  assert.equal(hub.takeUnsaved().size, 1);
});

Deno.test("hub: the state changes by time alone when a majority falls silent", () => {
  const hub = newHub();
  for (const place of PLACES.slice(0, 3)) hub.vote(ballot(place, "unhealthy"), START);
  const before = hub.state(START);
  assert.deepEqual(hub.state(START + 44_999), before);
  hub.vote(ballot("p1", "unhealthy"), START + 40_000);
  assert.deepEqual(hub.state(START + 45_000).verdicts, [{ ...A, verdict: "healthy" }]);
  assert.notEqual(hub.state(START + 45_000).version, before.version);
});

Deno.test("hub: of two ejections of one endpoint the longer one holds", () => {
  const hub = newHub();
  const until = (untilMs: number): FleetReport => reportOf({ ejections: [{ ...A, untilMs }] });
  hub.report(until(START + 30_000), START);
  hub.report(until(START + 20_000), START);
  assert.deepEqual(hub.state(START).ejections, [{ ...A, untilMs: START + 30_000 }]);
  hub.report(until(START + 60_000), START);
  assert.deepEqual(hub.state(START).ejections, [{ ...A, untilMs: START + 60_000 }]);
});

Deno.test("hub: an ejection that is over is forgotten with the next one, and not taken when late", () => {
  const hub = newHub();
  hub.report(reportOf({ ejections: [{ ...A, untilMs: START + 10 }] }), START);
  hub.report(reportOf({ ejections: [{ ...A, untilMs: START + 20 }] }), START + 20);
  assert.deepEqual(hub.state(START).ejections.map(({ untilMs }) => untilMs), [START + 10]);
  hub.report(reportOf({ ejections: [{ ...B, untilMs: START + 90 }] }), START + 30);
  assert.deepEqual(hub.state(START + 30).ejections, [{ ...B, untilMs: START + 90 }]);
});

Deno.test("hub: an ejection ends when three of five places have found the endpoint well", () => {
  const hub = newHub();
  hub.report(reportOf({ ejections: [{ ...A, untilMs: START + 30_000 }] }), START);
  const well = (from: string): void => hub.vote(ballot(from, "healthy", { well: [A] }), START);
  well("p1");
  well("p1");
  well("p2");
  assert.equal(hub.state(START).ejections.length, 1);
  hub.takeUnsaved();
  well("p3");
  assert.deepEqual(hub.state(START).ejections, []);
  assert.deepEqual(hub.takeUnsaved().get("ejections"), []);
  // The next ejection begins anew.
  hub.report(reportOf({ ejections: [{ ...A, untilMs: START + 60_000 }] }), START + 1);
  well("p4");
  assert.equal(hub.state(START).ejections.length, 1);
});

Deno.test("hub: probers hear of clusters that are new to it, and of all that are ejected", () => {
  const hub = newHub();
  assert.deepEqual(hub.report(reportOf({ busy: ["dc"] }), START), {
    busy: ["dc"],
    ejected: [],
    takenOut: [],
  });
  assert.equal(hub.report(reportOf({ busy: ["dc"] }), START), null);
  assert.deepEqual(hub.report(reportOf({ takenOut: [A] }), START)?.takenOut, [A]);
  // Of an endpoint that nobody checks nobody has to hear.
  const ejections = [{ ...A, untilMs: START + 10 }];
  assert.equal(hub.report(reportOf({ ejections }), START), null);
  hub.vote(ballot("p1", "healthy", { verdicts: [{ ...B, verdict: "healthy" }] }), START);
  const also = [{ ...B, untilMs: START + 20 }];
  assert.deepEqual(hub.report(reportOf({ ejections: also }), START)?.ejected, [A, B]);
  assert.deepEqual(hub.notice(START + 10), { busy: ["dc"], ejected: [B], takenOut: [] });
});

Deno.test("hub: one that is begun anew goes on where the last one was", () => {
  const [stored, hub] = [new Map<string, unknown>(), newHub()];
  const store = (): void => hub.takeUnsaved().forEach((value, key) => stored.set(key, value));
  hub.drain("aws", true);
  hub.report(reportOf({ ejections: [{ ...B, untilMs: START + 30_000 }] }), START);
  for (const place of PLACES.slice(0, 3)) {
    hub.vote(ballot(place, "unhealthy"), START);
    store();
  }
  // A storage keeps copies.
  const next = newHub(structuredClone(stored));
  assert.deepEqual(next.state(START), hub.state(START));
  assert.equal(next.takeUnsaved().size, 0);
  // One vote, and two that are remembered.
  next.vote(ballot("p1", "unhealthy"), START + 1);
  assert.equal(next.state(START + 1).verdicts[0]!.verdict, "unhealthy");
});

Deno.test("hub: equal content has an equal version, whatever came in which order", () => {
  const operations = fc.array(fc.oneof(
    fc.record({ drain: fc.constantFrom("x", "y", "z"), on: fc.boolean() }),
    fc.record({
      from: fc.constantFrom(...PLACES),
      verdict: fc.constantFrom<Verdict>("healthy", "unhealthy", "degraded", "excluded"),
      endpoint: fc.constantFrom(A, B),
    }),
  ));
  const seen = new Map<string, string>();
  fc.assert(fc.property(operations, (all) => {
    const hub = newHub();
    for (const one of all) {
      if ("drain" in one) hub.drain(one.drain, one.on);
      else {
        const verdicts = [{ ...one.endpoint, verdict: one.verdict }];
        hub.vote(ballot(one.from, one.verdict, { verdicts }), START);
      }
      const { version, ...content } = hub.state(START);
      const text = JSON.stringify(content);
      assert.equal(seen.get(text) ?? version, version);
      seen.set(text, version);
    }
    assert.equal(new Set(seen.values()).size, seen.size);
  }));
});

Deno.test("hub: members are no part of the state that others wait for, and are not stored", () => {
  const hub = newHub();
  const { version } = hub.state(START);
  assert.equal(hub.report(reportOf({ status: statusOf() }), START), null);
  hub.report(reportOf({ status: statusOf({ id: "m2", revision: null }) }), START + 1_000);
  assert.equal(hub.state(START + 1_000).version, version);
  assert.equal(hub.takeUnsaved().size, 0);
  assert.deepEqual(hub.members(START + 1_000), [
    { ...statusOf(), seenAt: new Date(START).toISOString() },
    { ...statusOf({ id: "m2", revision: null }), seenAt: new Date(START + 1_000).toISOString() },
  ]);
});
