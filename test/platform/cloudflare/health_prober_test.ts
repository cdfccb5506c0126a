import assert from "node:assert/strict";
import type { Ballot, Notice } from "../../../src/fleet/hub.ts";
import { ask, objectNamed } from "../../../src/platform/cloudflare/durable_object.ts";
import type { Env } from "../../../src/platform/cloudflare/env.ts";
import type { WakeQuestion } from "../../../src/platform/cloudflare/fleet_questions.ts";
import { HealthProber } from "../../../src/platform/cloudflare/health_prober.ts";
import { settle } from "../../support/timers.ts";
import { FakeKv } from "./fake_kv.ts";
import { FakeNamespace } from "./fake_objects.ts";

const NOTHING: Notice = { busy: [], ejected: [], takenOut: [] };
const ORIGIN = "https://dc.test";

const policyWith = (cluster: Record<string, unknown>): string =>
  JSON.stringify({
    clusters: { dc: { location: "private", endpoints: [ORIGIN], ...cluster } },
    routes: [{ name: "all", to: "dc" }],
  });

const CHECKED = {
  healthCheck: { path: "/up", headers: { "x-key": "secret:KEY" }, interval: "500ms" },
};

/** Keeps the ballots. */
class BallotBox {
  static readonly ballots: Ballot[] = [];

  async fetch(request: Request): Promise<Response> {
    BallotBox.ballots.push(JSON.parse(await request.text()));
    return Response.json(NOTHING);
  }
}

class Place {
  readonly kv = new FakeKv();
  /** Requests that came through the binding. */
  readonly sent: { url: string; key: string | null }[] = [];
  readonly probers: FakeNamespace<HealthProber>;

  constructor() {
    BallotBox.ballots.length = 0;
    const env: Record<string, unknown> = {
      POLICIES: this.kv,
      KEY: "k3y",
      DC_VPC: {
        fetch: (url: string, init: RequestInit): Promise<Response> => {
          this.sent.push({ url, key: new Headers(init.headers).get("x-key") });
          return Promise.resolve(new Response("up"));
        },
      },
    };
    env["FLEET"] = new FakeNamespace(BallotBox, env as unknown as Env);
    this.probers = new FakeNamespace(HealthProber, env as unknown as Env);
  }

  push(cluster: Record<string, unknown>): void {
    this.kv.entries.set("policy", { value: policyWith(cluster), metadata: null });
  }

  wake(): Promise<unknown> {
    const question: WakeQuestion = { place: "weur", notice: NOTHING };
    return ask(objectNamed(this.probers, "weur"), "/wake", question, 1_000);
  }

  /** Lets the alarm ring if it is set. */
  async ring(): Promise<void> {
    const storage = this.probers.storages.get("weur")!;
    if (storage.alarmMs === null) return;
    storage.alarmMs = null;
    await (await this.probers.object("weur")).alarm();
    await settle();
  }

  get alarmMs(): number | null {
    return this.probers.storages.get("weur")!.alarmMs;
  }
}

Deno.test("health prober: woken, it checks through the cluster's binding, and votes", async () => {
  const place = new Place();
  place.push({ ...CHECKED, via: { binding: "DC_VPC" } });
  await place.wake();
  await place.ring();
  const ballot = BallotBox.ballots.at(-1)!;
  assert.deepEqual([ballot.from, ballot.revision?.length], ["weur", 12]);
  // Nothing but the policy was read, and nothing written.
  assert.deepEqual(place.kv.operations, ["get policy"]);
  while (place.sent.length === 0) {
    assert.ok(place.alarmMs! <= Date.now() + 1_000, "the first check is soon");
    await settle();
    if (place.alarmMs! <= Date.now()) await place.ring();
  }
  assert.deepEqual(place.sent, [{ url: `${ORIGIN}/up`, key: "k3y" }]);
  const [vote] = BallotBox.ballots.at(-1)!.verdicts;
  assert.deepEqual(vote, { cluster: "dc", origin: ORIGIN, verdict: "healthy" });
});

Deno.test("health prober: an alarm rings for one that was put away meanwhile", async () => {
  const place = new Place();
  place.push({ ...CHECKED, via: { binding: "DC_VPC" } });
  await place.wake();
  place.probers.evict("weur");
  await place.ring();
  assert.equal(BallotBox.ballots.at(-1)?.from, "weur");
  assert.notEqual(place.alarmMs, null);
});

Deno.test("health prober: without anything to check it says so, and its alarm is far off", async () => {
  const place = new Place();
  place.push({});
  await place.wake();
  await place.ring();
  assert.deepEqual(BallotBox.ballots.map(({ verdicts }) => verdicts), [[]]);
  assert.ok(place.alarmMs! > Date.now() + 20_000);
});

Deno.test("health prober: a turn that fails is followed by another", async () => {
  const place = new Place();
  place.push({});
  await place.wake();
  const prober = await place.probers.object("weur");
  const storage = place.probers.storages.get("weur")!;
  const { setAlarm } = storage;
  let failures = 1;
  storage.setAlarm = (atMs) => {
    if (failures-- > 0) throw new Error("the storage is out of order");
    return setAlarm.call(storage, atMs);
  };
  const lines: string[] = [];
  const { log } = globalThis.console;
  globalThis.console.log = (line: string) => void lines.push(line);
  try {
    await prober.alarm();
  } finally {
    globalThis.console.log = log;
  }
  assert.match(lines.join(), /health_checks_failed.*out of order/);
  assert.ok(place.alarmMs! > Date.now() && place.alarmMs! <= Date.now() + 5_000);
});
