/** From a request's URL to its rule and endpoint, and from a policy's text to its plan. */
import { murmur3 } from "../../../src/balance/hash.ts";
import { drawByWeight } from "../../../src/balance/weighted_random.ts";
import { compile } from "../../../src/compile/compile.ts";
import { find } from "../../../src/match/find.ts";
import { normalizePath } from "../../../src/match/path.ts";
import { splitTarget } from "../../../src/match/target.ts";
import { validate } from "../../../src/policy/validate.ts";
import { choose } from "../../../src/steer/choose.ts";
import { stickyKey } from "../../../src/steer/sticky.ts";
import { browserHeaders } from "../browser.ts";
import { hasRegex, policyOf, sampleAt } from "../policies.ts";
import { type Cases, repeat, type Work } from "./work.ts";
import { type World, worldOf } from "./world.ts";

export const routingCases = {
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
  "draw-by-weight-2": () => repeat(() => drawByWeight([80, 20], Math.random())),
  "hash-cookie": () => repeat(() => murmur3("8d3c1a52-9f0e-4b7a-b0c9-3d2e5f6a7b8c")),
} satisfies Cases;

interface Ask {
  readonly method: string;
  readonly url: string;
  readonly header: (name: string) => string | null;
}

/** So many different requests take turns, whatever the number of routes: their own memory costs the same. */
const REQUESTS = 1000;

/** Requests spread over all routes that are wanted. */
function requests(
  routes: number,
  serve: (ask: Ask, world: World) => unknown,
  wanted = (i: number): boolean => !hasRegex(i),
): Work {
  const world = worldOf(policyOf(routes));
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
  const { upstreams, random, admit } = steering;
  return choose(action, steering.shares(action), upstreams, { key, random, admit });
}
