/** Routes that prefer a cluster by the caller's distance, or by measured latency. */
import assert from "node:assert/strict";
import { ask, askTimes } from "./support/load.ts";
import { type Answer, echo, type Origin, startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

type Places = Readonly<Record<"aws" | "fra" | "tyo", Origin>>;

/** Ejections that end soon. */
const BRIEF = { outlierDetection: { baseEjectionTime: "1s", maxEjectionTime: "1s" } };
const BELIEVED = { trust: { proxies: ["127.0.0.1/32"] } };

/** Clusters in Virginia, Frankfurt and Tokyo. */
const around = (
  { aws, fra, tyo }: Places,
  more: Readonly<Record<string, unknown>> = BELIEVED,
): unknown => ({
  clusters: {
    aws: { location: "public", endpoints: [aws.url], coordinates: [38.9, -77.4], ...BRIEF },
    fra: { location: "private", endpoints: [fra.url], coordinates: [50.1, 8.7], ...BRIEF },
    tyo: { location: "edge", endpoints: [tyo.url], coordinates: [35.7, 139.7], ...BRIEF },
  },
  routes: [{ name: "all", nearest: ["tyo", "aws", "fra"] }],
  ...more,
});

async function startPlaces(): Promise<Places & AsyncDisposable> {
  const [aws, fra, tyo] = await Promise.all([
    startOrigin("aws"),
    startOrigin("fra"),
    startOrigin("tyo"),
  ]);
  return {
    aws,
    fra,
    tyo,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const origin of [aws, fra, tyo]) await origin[Symbol.asyncDispose]();
    },
  };
}

const from = (latitude: string, longitude: string): { headers: Record<string, string> } => ({
  headers: { "cf-iplatitude": latitude, "cf-iplongitude": longitude },
});
const BERLIN = from("52.5", "13.4");

/** Each of so many callers asks one request after the other. */
async function askTogether(
  callers: number,
  times: number,
  url: string,
  init: RequestInit = {},
): Promise<Readonly<Record<string, number>>> {
  const all: Record<string, number> = {};
  const each = await Promise.all(
    Array.from({ length: callers }, () => askTimes(times, url, init)),
  );
  for (const [outcome, count] of each.flatMap((answers) => Object.entries(answers))) {
    all[outcome] = (all[outcome] ?? 0) + count;
  }
  return all;
}

async function until(met: () => boolean): Promise<void> {
  for (const startedMs = Date.now(); !met();) {
    assert.ok(Date.now() - startedMs < 10_000, "it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Most of `times` draws of probability `part`: five standard deviations above the mean. */
const atMost = (times: number, part: number): number =>
  times * part + 5 * Math.sqrt(times * part * (1 - part));

/** The part of a `fastest` route's requests that goes to the slower ones. */
const EXPLORED = 0.02;

/** Origins that say their name, after a time that can be changed. */
function pace(name: string, delayMs: number): { delayMs: number; readonly answer: Answer } {
  const self = {
    delayMs,
    answer: async (...[request, response]: Parameters<Answer>): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, self.delayMs));
      await echo(name)(request, response);
    },
  };
  return self;
}

suite("nearest", {
  "the closest cluster answers": async (gateway) => {
    await using places = await startPlaces();
    await gateway.push(around(places));
    const rows = [
      { init: BERLIN, want: "fra" },
      { init: from("40.7", "-74.0"), want: "aws" },
      { init: from("-23.5", "-46.6"), want: "aws" },
      // Honolulu: across the date line.
      { init: from("21.3", "-157.9"), want: "tyo" },
      { init: from("-36.8", "174.8"), want: "tyo" },
    ];
    for (const { init, want } of rows) {
      assert.deepEqual(await askTimes(10, gateway.url, init), { [`200 ${want}`]: 10 });
    }
  },

  "who says nothing understandable gets the policy's first": async (gateway) => {
    await using places = await startPlaces();
    await gateway.push(around(places));
    for (const init of [{}, from("52.5", ""), from("north", "east"), from("95", "13")]) {
      assert.deepEqual(await askTimes(5, gateway.url, init), { "200 tyo": 5 });
    }
  },

  "and so does a stranger, whatever it says": async (gateway) => {
    await using places = await startPlaces();
    await gateway.push(around(places, {}));
    assert.deepEqual(await askTimes(10, gateway.url, BERLIN), { "200 tyo": 10 });
  },

  "headers of other names": async (gateway) => {
    await using places = await startPlaces();
    const { proxies } = BELIEVED.trust;
    const clientHeaders = { latitude: "X-Lat", longitude: "X-Lon" };
    await gateway.push(around(places, { trust: { proxies, clientHeaders } }));
    const headers = { ...BERLIN.headers, "x-lat": "40.7", "x-lon": "-74.0" };
    assert.deepEqual(await askTimes(10, gateway.url, { headers }), { "200 aws": 10 });
  },

  "the next nearest takes over without a failed request, until it is back": async (gateway) => {
    await using places = await startPlaces();
    const { aws, fra, tyo } = places;
    await gateway.push(around(places));
    const load = askTogether(8, 60, gateway.url, BERLIN);
    await until(() => fra.hits >= 100);
    await fra.kill();
    const { "200 fra": near = 0, "200 aws": next = 0, ...others } = await load;
    assert.deepEqual(others, {});
    assert.equal(near + next, 480);
    assert.ok(near >= 90 && next > 0, `${near} + ${next}`);
    assert.deepEqual(await askTimes(20, gateway.url, BERLIN), { "200 aws": 20 });
    assert.equal(tyo.hits, 0);

    await aws.kill();
    assert.deepEqual(await askTimes(20, gateway.url, BERLIN), { "200 tyo": 20 });

    await fra.revive();
    const [before, startedMs] = [fra.hits, Date.now()];
    while (fra.hits === before) {
      assert.match(await ask(gateway.url, BERLIN), /^200 /);
      assert.ok(Date.now() - startedMs < 10_000, "no traffic came back");
    }
    assert.deepEqual(await askTimes(10, gateway.url, BERLIN), { "200 fra": 10 });
  },
});

suite("fastest", {
  "the faster cluster has nearly all, also when it is the other, or alone": async (gateway) => {
    const [slow, quick] = [pace("slow", 500), pace("quick", 0)];
    await using first = await startOrigin(slow.answer);
    await using second = await startOrigin(quick.answer);
    await gateway.push({
      clusters: {
        slow: { location: "public", endpoints: [first.url], ...BRIEF },
        quick: { location: "private", endpoints: [second.url], ...BRIEF },
      },
      routes: [{ name: "all", fastest: ["slow", "quick"] }],
    });
    // Once each, so that both are known.
    while (first.hits === 0 || second.hits === 0) assert.match(await ask(gateway.url), /^200 /);

    const { "200 slow": explored = 0, "200 quick": fast = 0 } = await askTogether(
      7,
      100,
      gateway.url,
    );
    assert.equal(explored + fast, 700);
    // None of 700 has a chance of 1 in a million.
    assert.ok(explored > 0 && explored <= atMost(700, EXPLORED), `${explored} explored`);

    [slow.delayMs, quick.delayMs] = [0, 1000];
    const before = second.hits;
    while (second.hits === before) assert.match(await ask(gateway.url), /^200 /);
    const turned = await askTogether(8, 25, gateway.url);
    const { "200 slow": preferred = 0, "200 quick": rest = 0 } = turned;
    assert.equal(preferred + rest, 200, JSON.stringify(turned));
    assert.ok(rest <= atMost(200, EXPLORED), JSON.stringify(turned));

    quick.delayMs = 0;
    await first.kill();
    assert.deepEqual(await askTimes(20, gateway.url), { "200 quick": 20 });
  },
});
