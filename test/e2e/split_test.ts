/** Who gets how much, and who stays where. */
import assert from "node:assert/strict";
import { type RunningGateway, RUNTIMES, startGateway } from "./support/gateway.ts";
import { type Origin, startOrigin } from "./support/origin.ts";
import { suite } from "./support/suite.ts";

type Fields = Readonly<Record<string, unknown>>;
type Weights = Readonly<Record<string, number>>;

/** Requests in flight at once. */
const CLIENTS = 16;

/** A chance deviation beyond this many sigmas comes once in 150,000 runs. */
const SIGMAS = 4.5;

/** Calls `ask` for 0 to `times` - 1, several at once. */
async function many<T>(times: number, ask: (i: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < times; i = next++) answers[i] = await ask(i);
  };
  await Promise.all(Array.from({ length: CLIENTS }, worker));
  return answers;
}

/** The name of the origin that answers. */
async function place(url: string, headers: HeadersInit = {}): Promise<string> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

function assertShares(names: readonly string[], weights: Weights): void {
  const sum = Object.values(weights).reduce((a, b) => a + b);
  for (const [name, weight] of Object.entries(weights)) {
    const [share, got] = [weight / sum, names.filter((other) => other === name).length];
    const want = names.length * share;
    const sigma = Math.sqrt(want * (1 - share));
    assert.ok(Math.abs(got - want) <= SIGMAS * sigma, `${name}: ${got}, not about ${want}`);
  }
}

/** Origins that answer with their names. */
class Fleet implements AsyncDisposable {
  readonly #origins: ReadonlyMap<string, Origin>;

  private constructor(origins: ReadonlyMap<string, Origin>) {
    this.#origins = origins;
  }

  static async start(...names: string[]): Promise<Fleet> {
    const start = async (name: string): Promise<[string, Origin]> => [
      name,
      await startOrigin((_request, response) => void response.end(name)),
    ];
    return new Fleet(new Map(await Promise.all(names.map(start))));
  }

  url(name: string): string {
    return this.#origins.get(name)!.url;
  }

  hits(name: string): number {
    return this.#origins.get(name)!.hits;
  }

  /** One cluster for each origin, one route with this split. */
  policy(split: Weights, route: Fields = {}, more: Fields = {}): Fields {
    const clusters = Object.fromEntries(
      [...this.#origins].map(([name, { url }]) => [name, { location: "edge", endpoints: [url] }]),
    );
    return { clusters, routes: [{ name: "split", split, ...route }], ...more };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const origin of this.#origins.values()) await origin[Symbol.asyncDispose]();
  }
}

/** Where each of the keys goes, by a header. */
const placesOf = (gateway: RunningGateway, keys: number): Promise<string[]> =>
  many(keys, (i) => place(gateway.url, { "x-user": `user-${i}` }));

const byUser = { sticky: { header: "X-User" } };

suite("split", {
  "shares follow the weights": async (gateway) => {
    await using fleet = await Fleet.start("a", "b", "c");
    const weights = { a: 70, b: 25, c: 5 };
    await gateway.push(fleet.policy(weights));
    assertShares(await many(3_000, () => place(gateway.url)), weights);
  },
  "inside a cluster the endpoints' weights do": async (gateway) => {
    await using fleet = await Fleet.start("x", "y");
    const endpoints = [{ url: fleet.url("x"), weight: 3 }, fleet.url("y")];
    await gateway.push({
      clusters: { one: { location: "edge", endpoints } },
      routes: [{ name: "r", to: "one" }],
    });
    const names = await many(400, () => place(gateway.url));
    // Round robin is not left to chance.
    const x = names.filter((name) => name === "x").length;
    assert.ok(Math.abs(x - 300) <= 2, `${x} of 400`);
  },
  "weight 0 gets nothing, at once": async (gateway) => {
    await using fleet = await Fleet.start("a", "b");
    await gateway.push(fleet.policy({ a: 50, b: 50 }));
    let running = true;
    const load = many(CLIENTS, async () => {
      while (running) await place(gateway.url);
    });
    while (fleet.hits("a") < 50) await place(gateway.url);
    await gateway.push(fleet.policy({ a: 0, b: 50 }));
    const after = await many(200, () => place(gateway.url));
    running = false;
    await load;
    assert.deepEqual(new Set(after), new Set(["b"]));
  },
  "a cookie keeps a caller": async (gateway) => {
    await using fleet = await Fleet.start("a", "b");
    const sticky = { cookie: { name: "shop", ttl: "1h30m" } };
    await gateway.push(fleet.policy({ a: 50, b: 50 }, { sticky }));
    const places = await many(60, async () => {
      const first: Response = await fetch(gateway.url);
      const home = await first.text();
      const [cookie, ...others] = first.headers.getSetCookie();
      assert.deepEqual(others, []);
      const value = /^(shop=[0-9a-f-]{36}); Path=\/; Max-Age=5400; HttpOnly; SameSite=Lax$/
        .exec(cookie!)?.[1];
      assert.ok(value, `${cookie}`);
      for (let i = 0; i < 3; i++) {
        const again: Response = await fetch(gateway.url, { headers: { cookie: `x=1; ${value}` } });
        assert.equal(await again.text(), home);
        assert.deepEqual(again.headers.getSetCookie(), []);
      }
      return home;
    });
    assertShares(places, { a: 50, b: 50 });
  },
  "a session cookie, Secure where the caller came by https": async (gateway) => {
    await using fleet = await Fleet.start("a");
    const sticky = { cookie: { name: "s" } };
    const trust = { proxies: ["127.0.0.1"] };
    await gateway.push(fleet.policy({ a: 1 }, { sticky }, { trust }));
    const proto = async (value: string): Promise<string> => {
      const response = await fetch(gateway.url, { headers: { "x-forwarded-proto": value } });
      await response.text();
      return response.headers.getSetCookie().join().replace(/[0-9a-f-]{36}/, "ID");
    };
    assert.equal(await proto("http"), "s=ID; Path=/; HttpOnly; SameSite=Lax");
    assert.equal(await proto("https"), "s=ID; Path=/; HttpOnly; SameSite=Lax; Secure");
  },
  "so do a header, a query parameter and the address": async (gateway) => {
    await using fleet = await Fleet.start("a", "b", "c");
    const weights = { a: 1, b: 1, c: 1 };
    const trust = { proxies: ["127.0.0.1"] };
    const rows: [sticky: Fields, ask: (i: number) => Promise<string>][] = [
      [{ header: "x-user" }, (i) => place(gateway.url, { "X-User": `${i}` })],
      [{ query: "uid" }, (i) => place(`${gateway.url}/p${i % 7}?x=1&uid=${i}`)],
      [{ ip: true }, (i) => place(gateway.url, { "x-forwarded-for": `203.0.113.${i}` })],
    ];
    for (const [sticky, ask] of rows) {
      await gateway.push(fleet.policy(weights, { sticky }, { trust }));
      const first = await many(120, ask);
      assert.deepEqual(await many(120, ask), first, JSON.stringify(sticky));
      assertShares(first, weights);
    }
    // An address that a stranger claims is not believed: it is one caller.
    await gateway.push(fleet.policy(weights, { sticky: { ip: true } }));
    assert.equal(new Set(await many(30, rows[2]![1])).size, 1);
  },
  "without a key, chance decides": async (gateway) => {
    await using fleet = await Fleet.start("a", "b");
    await gateway.push(fleet.policy({ a: 50, b: 50 }, byUser));
    assertShares(await many(200, () => place(gateway.url)), { a: 50, b: 50 });
  },
  "a changed weight moves only who must move": async (gateway) => {
    await using fleet = await Fleet.start("a", "b", "c");
    const keys = 300;
    const steps: readonly Weights[] = [
      { a: 40, b: 40, c: 20 },
      { a: 40, b: 40, c: 40 },
      { a: 40, b: 10, c: 40 },
      { a: 40, b: 0, c: 40 },
      { a: 0, b: 0, c: 40 },
      { a: 40, b: 40, c: 40 },
    ];
    let [weights, before]: [Weights, string[]] = [{}, []];
    for (const next of steps) {
      await gateway.push(fleet.policy(next, byUser));
      const places = await placesOf(gateway, keys);
      assertShares(places, next);
      const raised = (name: string): boolean => next[name]! > (weights[name] ?? 0);
      const lowered = (name: string): boolean => next[name]! < (weights[name] ?? 0);
      for (const [i, from] of before.entries()) {
        const to = places[i]!;
        assert.ok(from === to || raised(to) || lowered(from), `user-${i}: ${from} to ${to}`);
      }
      [weights, before] = [next, places];
    }
  },
  "inside its cluster a caller keeps its endpoint": async (gateway) => {
    await using fleet = await Fleet.start("a0", "a1", "a2", "a3", "b0");
    const [b, ...a] = ["b0", "a0", "a1", "a2", "a3"].map((name) => fleet.url(name));
    const serve = (endpoints: readonly unknown[], weight: number): Promise<string> =>
      gateway.push({
        clusters: {
          a: { location: "edge", endpoints },
          b: { location: "edge", endpoints: [b] },
        },
        routes: [{ name: "r", split: { a: 80, b: weight }, ...byUser }],
      });
    await serve(a, 20);
    const first = await placesOf(gateway, 200);
    assert.deepEqual(await placesOf(gateway, 200), first);
    assertShares(first, { a0: 20, a1: 20, a2: 20, a3: 20, b0: 20 });
    // Neither another order of the endpoints nor a lower weight of b moves those in a.
    await serve(a.toReversed(), 5);
    const then = await placesOf(gateway, 200);
    for (const [i, home] of first.entries()) if (home !== "b0") assert.equal(then[i], home);
  },
});

const ALGORITHMS = ["round-robin", "least-request", "random", "ring-hash", "maglev"] as const;

suite("load balancing", {
  "every algorithm reaches every endpoint, and keeps a caller at one": async (gateway, t) => {
    for (const algorithm of ALGORITHMS) {
      await t.step(algorithm, async () => {
        await using fleet = await Fleet.start("x", "y", "z");
        const endpoints = ["x", "y", "z"].map((name) => fleet.url(name));
        const clusters = {
          a: { location: "edge", endpoints, loadBalancing: { algorithm } },
        };
        await gateway.push({ clusters, routes: [{ name: "r", to: "a" }] });
        const met = await many(150, () => place(gateway.url));
        assert.equal(new Set(met).size, 3);
        await gateway.push({ clusters, routes: [{ name: "r", to: "a", ...byUser }] });
        const homes = await placesOf(gateway, 60);
        assert.deepEqual(await placesOf(gateway, 60), homes);
        assert.equal(new Set(homes).size, 3);
      });
    }
  },
});

Deno.test("the same key goes the same way on both runtimes", async () => {
  await using fleet = await Fleet.start("a", "b", "c");
  const policy = fleet.policy({ a: 50, b: 30, c: 20 }, byUser);
  const gateways = await Promise.all(RUNTIMES.map((runtime) => startGateway(runtime, { policy })));
  try {
    const [first, second] = await Promise.all(gateways.map((one) => placesOf(one, 200)));
    assert.deepEqual(first, second);
    assert.equal(new Set(first).size, 3);
  } finally {
    await Promise.all(gateways.map((one) => one.stop()));
  }
});
