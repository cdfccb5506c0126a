/**
 * Capacities, as their origins see them: a fleet of one gateway becomes one of two while it serves
 * all of the traffic below at once.
 */
import assert from "node:assert/strict";
import { startFleet } from "./support/fleet.ts";
import {
  type Answer,
  type Arrival,
  drive,
  type Flow,
  fullest,
  type StampingOrigin,
  stampingOrigin,
} from "./support/flows.ts";
import { type Runtime, RUNTIMES } from "./support/gateway.ts";

/** A little more than the longest window of the contract. */
const FOR_MS = 10_400;
/** From then on the second gateway gets every other request. */
const JOINS_MS = 4_000;
/** After the first request, and after the second gateway's first, until leases have gone round. */
const SETTLE_MS = 1_000;

/** Requests per second of the clusters that have one. */
const CAPACITY = { burst: 60, split: 15, nowhere: 10, retries: 20, light: 2 } as const;
type Capped = keyof typeof CAPACITY;

/** About three times the capacity, tries of requests that fail included; below it for `light`. */
const FLOWS: Readonly<Record<Capped, Flow>> = {
  burst: { path: "/burst", perSecond: 180 },
  split: { path: "/split", perSecond: 45 },
  nowhere: { path: "/nowhere", perSecond: 30 },
  retries: { path: "/retries", perSecond: 25 },
  light: { path: "/light", perSecond: 1 },
};

/** Two endpoints of a cluster: a retry goes from one to the other. */
const FAILING = ["failing", "failing-too"] as const;
const WELL = ["burst", "split", "nowhere", "light", "beside", "second", "third"] as const;
type Name = typeof FAILING[number] | typeof WELL[number];

/** Shares of the split's members. */
const SPLIT = { split: 80, second: 15, third: 5 };

class Origins implements AsyncDisposable {
  readonly #origins = new Map<Name, StampingOrigin>();

  static async start(): Promise<Origins> {
    const origins = new Origins();
    for (const name of WELL) origins.#origins.set(name, await stampingOrigin(name));
    for (const name of FAILING) origins.#origins.set(name, await stampingOrigin(name, 503));
    return origins;
  }

  of(name: Name): StampingOrigin {
    return this.#origins.get(name)!;
  }

  /** Of a cluster with a capacity. */
  arrivals(cluster: Capped): readonly Arrival[] {
    const names = cluster === "retries" ? FAILING : [cluster];
    return names.flatMap((name) => this.of(name).arrivals);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const origin of this.#origins.values()) await origin[Symbol.asyncDispose]();
  }
}

function policyFor(origins: Origins): unknown {
  const cluster = (endpoints: readonly Name[], capped?: Capped): unknown => ({
    location: "private",
    endpoints: endpoints.map((name) => origins.of(name).url),
    outlierDetection: false,
    ...(capped !== undefined && { capacity: { requestsPerSecond: CAPACITY[capped] } }),
  });
  const route = (name: Capped, more: Readonly<Record<string, unknown>>): unknown => ({
    name,
    match: { path: FLOWS[name].path },
    ...more,
  });
  return {
    clusters: {
      burst: cluster(["burst"], "burst"),
      split: cluster(["split"], "split"),
      nowhere: cluster(["nowhere"], "nowhere"),
      retries: cluster(FAILING, "retries"),
      light: cluster(["light"], "light"),
      beside: cluster(["beside"]),
      second: cluster(["second"]),
      third: cluster(["third"]),
    },
    routes: [
      route("burst", { to: "burst", failover: ["beside"] }),
      route("split", { split: SPLIT }),
      route("nowhere", { to: "nowhere" }),
      route("retries", { to: "retries", failover: ["beside"], retry: { attempts: 2 } }),
      route("light", { to: "light" }),
    ],
  };
}

/** How many answers said what. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, said } of answers) {
    const what = `${status} ${said}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

/** The parts of a capacity that were used by one gateway, and by two. */
function usedOf(
  arrivals: readonly Arrival[],
  capacity: number,
  startMs: number,
): readonly number[] {
  const spans = [[SETTLE_MS, JOINS_MS], [JOINS_MS + SETTLE_MS, FOR_MS]] as const;
  return spans.map(([fromMs, toMs]) => {
    const within = arrivals.filter(({ atMs }) => atMs >= startMs + fromMs && atMs < startMs + toMs);
    return within.length / (capacity * (toMs - fromMs) / 1000);
  });
}

/** The contract's bounds, whenever a window begins. */
async function keepsTo(
  cluster: Capped,
  arrivals: readonly Arrival[],
  startMs: number,
  t: Deno.TestContext,
): Promise<void> {
  const capacity = CAPACITY[cluster];
  const [second, ten] = [fullest(arrivals, 1_000), fullest(arrivals, 10_000)];
  const used = usedOf(arrivals, capacity, startMs);
  const parts = used.map((part) => part.toFixed(2)).join(" and ");
  const worst = [second / capacity, ten / capacity / 10].map((times) => times.toFixed(2));
  // In its name, so that every run prints the figures.
  const figures = `1 s ${worst[0]}, 10 s ${worst[1]}, used ${parts}`;
  await t.step(`"${cluster}" keeps to its capacity: ${figures}`, () => {
    assert.ok(second <= 2 * capacity);
    assert.ok(ten <= 1.15 * 10 * capacity);
    if (cluster !== "light") assert.ok(used.every((part) => part >= 0.8));
  });
}

async function run(runtime: Runtime, t: Deno.TestContext): Promise<void> {
  await using origins = await Origins.start();
  await using fleet = await startFleet(runtime, policyFor(origins));
  const [first, second] = fleet.urls;
  const startMs = performance.now();
  const answers = await drive(
    FLOWS,
    FOR_MS,
    (ms, n) => ms >= JOINS_MS && n % 2 === 1 ? second : first,
  );

  for (const cluster of Object.keys(CAPACITY) as Capped[]) {
    await keepsTo(cluster, origins.arrivals(cluster), startMs, t);
  }

  await t.step("what is above it goes to the failover cluster, and nothing is lost", () => {
    const { "200 burst": taken, "200 beside": spilled, ...lost } = tally(answers.burst);
    assert.deepEqual(lost, {});
    assert.equal(taken, origins.of("burst").hits);
    assert.equal(taken! + spilled!, answers.burst.length);
  });

  await t.step("in a split without failover it goes to the other members by weight", () => {
    const { "200 split": taken, "200 second": more, "200 third": less, ...lost } = tally(
      answers.split,
    );
    assert.deepEqual(lost, {});
    assert.equal(taken, origins.of("split").hits);
    // Drawn or spilled, each of these chose between the two: within 5 standard deviations.
    const [n, p] = [more! + less!, SPLIT.second / (SPLIT.second + SPLIT.third)];
    assert.ok(Math.abs(more! - n * p) <= 5 * Math.sqrt(n * p * (1 - p)), `${more} of ${n}`);
  });

  await t.step("with nowhere to go it is refused, and has reached nobody", () => {
    const { "200 nowhere": taken, "503 over_capacity": refused, ...others } = tally(
      answers.nowhere,
    );
    assert.deepEqual(others, {});
    assert.equal(taken, origins.of("nowhere").hits);
    assert.ok(refused! > 0);
    for (const { headers } of answers.nowhere.filter(({ status }) => status === 503)) {
      assert.equal(headers.get("content-type"), "application/problem+json");
      assert.equal(headers.get("retry-after"), "1");
      assert.match(headers.get("proxy-status")!, /^limen; error=connection_limit_reached\b/);
    }
  });

  await t.step("retries that find no room go to the failover cluster", () => {
    assert.deepEqual(Object.keys(tally(answers.retries)), ["200 beside"]);
  });

  await t.step("light traffic is not refused once the fleet has settled", () => {
    // On Workers a capacity begins with nothing in stock: it owes for the first of these, then saves.
    const settled = answers.light.slice(2);
    assert.deepEqual(tally(settled), { "200 light": settled.length });
  });
}

for (const runtime of RUNTIMES) {
  Deno.test(`capacity on ${runtime}`, (t) => run(runtime, t));
}
