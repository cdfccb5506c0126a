/**
 * The pure parts of a request's way, to be timed on their own. No case looks at a clock, so that
 * the same code can be timed from outside, where the runtime's clock stands still.
 */
import { murmur3 } from "../../../src/balance/hash.ts";
import { rendezvous } from "../../../src/balance/rendezvous.ts";
import { roundRobin } from "../../../src/balance/round_robin.ts";
import { drawByWeight, weightedRandom } from "../../../src/balance/weighted_random.ts";
import { compile } from "../../../src/compile/compile.ts";
import { HealthRegistry } from "../../../src/health/registry.ts";
import { Upstreams } from "../../../src/health/upstreams.ts";
import { find } from "../../../src/match/find.ts";
import { normalizePath } from "../../../src/match/path.ts";
import { splitTarget } from "../../../src/match/target.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { validate } from "../../../src/policy/validate.ts";
import { choose } from "../../../src/steer/choose.ts";
import { Steering } from "../../../src/steer/steering.ts";
import { stickyKey } from "../../../src/steer/sticky.ts";
import { browserHeaders } from "../browser.ts";
import { hasRegex, policyOf, sampleAt } from "../policies.ts";

/** Does its work `times` over. */
export type Work = (times: number) => void;

/** Each prepares its work first: that time is nobody's. */
export const cases = {
  "find-100": () => requests(100, findOne),
  "find-10000": () => requests(10_000, findOne),
  "find-regex": () => requests(100, findOne, hasRegex),
  "steer-100": () => requests(100, steerOne),
  "steer-10000": () => requests(10_000, steerOne),
  "compile-10000": () => {
    const policy = policyOf(10_000);
    return repeat(() => compile(policy, "000000000000"));
  },
  "parse-10000": () => {
    const text = JSON.stringify(policyOf(10_000));
    return repeat(() => JSON.parse(text));
  },
  "validate-10000": () => {
    const text = JSON.stringify(policyOf(10_000));
    return repeat(() => validate(text));
  },
  "pick-round-robin": () => repeat(roundRobin(Array(10).fill(1), Math.random)),
  "pick-round-robin-weighted": () => repeat(roundRobin(weights, Math.random)),
  "pick-random": () => repeat(weightedRandom(weights, Math.random)),
  "pick-rendezvous": () => {
    const seeds = weights.map((_, i) => murmur3(`aws http://10.0.0.${i}`));
    let key = 0;
    return repeat(() => rendezvous(key++, seeds, weights));
  },
  "draw-by-weight-2": () => repeat(() => drawByWeight([80, 20], Math.random())),
  "hash-cookie": () => repeat(() => murmur3("8d3c1a52-9f0e-4b7a-b0c9-3d2e5f6a7b8c")),
} satisfies Record<string, () => Work>;

export type CaseName = keyof typeof cases;

const weights = Array.from({ length: 10 }, (_, i) => 1 + i);

/** Keeps results alive, so that no compiler can leave the work out. */
const sink: { last: unknown } = { last: null };

const repeat = (work: () => unknown): Work => (times) => {
  for (let i = 0; i < times; i++) sink.last = work();
};

interface Ask {
  readonly method: string;
  readonly url: string;
  readonly header: (name: string) => string | null;
}

interface World {
  readonly plan: Plan;
  readonly steering: Steering;
}

/** So many different requests take turns, whatever the number of routes: their own memory costs the same. */
const REQUESTS = 1000;

/** Requests spread over all routes that are wanted. */
function requests(
  routes: number,
  serve: (ask: Ask, world: World) => unknown,
  wanted = (i: number): boolean => !hasRegex(i),
): Work {
  const plan = compile(policyOf(routes), "000000000000");
  const upstreams = new Upstreams(plan, new HealthRegistry(), Math.random);
  const world = { plan, steering: new Steering(upstreams, Math.random) };
  const targets = [...Array(routes).keys()].filter(wanted);
  const asks = Array.from(
    { length: REQUESTS },
    (_, i) => askFor(targets[Math.floor(i * targets.length / REQUESTS)]!, i),
  );
  let turn = 0;
  return repeat(() => serve(asks[turn++ % asks.length]!, world));
}

function askFor(route: number, caller: number): Ask {
  const { method, host, path, headers } = sampleAt(route);
  const cookie = browserHeaders(host, `caller-${caller}`)["cookie"]!;
  return {
    method,
    url: `http://${host}${path}?page=2&sort=price`,
    // A real request's headers have just been written, so they are in the processor's cache; a
    // thousand sets of them would not be, and would be measured instead of the gateway.
    header: (name) => name === "cookie" ? cookie : headers[name] ?? sameForAll.get(name) ?? null,
  };
}

const sameForAll = new Map(Object.entries(browserHeaders("", "")));

function findOne({ method, url, header }: Ask, { plan }: World): unknown {
  const { host, path, query } = splitTarget(url)!;
  return find(plan.table, { method, host, path: normalizePath(path)!, query, header });
}

function steerOne({ method, url, header }: Ask, { plan, steering }: World): unknown {
  const { host, path, query } = splitTarget(url)!;
  const rule = find(plan.table, { method, host, path: normalizePath(path)!, query, header })!;
  const { action } = plan.routes[rule.route]!;
  if (action.kind !== "forward") throw new Error("every route of this policy forwards");
  const { key } = stickyKey(action.sticky, { header, query, address: null }, () => "new");
  const { upstreams, random } = steering;
  return choose(action, steering.shares(action), upstreams, { key, random });
}
