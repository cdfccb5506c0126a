/** What a change does to who takes which requests: what was perhaps not meant is a warning. */
import type { Plan } from "../plan/plan.ts";
import { unreachableRoutes } from "../policy/check/reach.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { viewOf } from "../policy/view.ts";
import { type Change, change } from "./change.ts";
import { listed } from "./json.ts";
import type { Pairing } from "./pairing.ts";
import type { Fate } from "./routes.ts";
import { type Taken, takersOf } from "./takers.ts";

interface Side {
  readonly policy: Policy;
  readonly plan: Plan;
}

export interface Consequences {
  readonly warnings: readonly Change[];
  readonly fate: Fate;
  /** Whether requests of a route that stays are another one's now. */
  readonly moves: boolean;
}

export function consequencesOf(before: Side, after: Side, pairing: Pairing): Consequences {
  const nowAt = new Map(pairing.pairs);
  const { taken, cut } = takersOf(
    before.plan,
    after.plan,
    (from, to) => (from === null ? null : nowAt.get(from) ?? -1) === to,
  );
  const names = after.policy.routes.map(({ name }) => name);
  const shadows = newlyUnreachable(before.policy, after.policy, nowAt);
  const told = new Set(shadows.map(({ route, by }) => `${route} ${by}`));
  const fates = new Fates(names);
  const added = new Set(pairing.added);
  const lost = new Map<string, Lost>();
  for (const one of taken) {
    if (one.before === null) continue;
    const from = nowAt.get(one.before);
    if (from === undefined) fates.goesTo(before.policy.routes[one.before]!.name, one.after);
    else if (isOfNewRoute(one, added)) fates.cameFrom(names[one.after!]!, from);
    else if (!told.has(`${from} ${one.after}`)) {
      const key = `${from} ${one.after}`;
      const entry = lost.get(key) ?? { from, to: one.after, all: [] };
      entry.all.push(one.requests);
      lost.set(key, entry);
    }
  }
  const warnings = [
    ...shadowWarnings(shadows, names),
    ...lostWarnings([...lost.values()], names),
    ...(cut ? [change("warning", ["routes"], CUT)] : []),
  ];
  return { warnings, fate: fates, moves: lost.size > 0 || shadows.some(({ isNew }) => !isNew) };
}

const CUT = "there are too many routes to tell of all who takes their requests now";

/** Requests that a route has no longer. Routes by index; `null`: no route takes them. */
interface Lost {
  readonly from: number;
  readonly to: number | null;
  /** The requests, as matches in words. */
  readonly all: string[];
}

/** One for each route that shadows others, however many they are. */
function shadowWarnings(shadows: readonly Shadow[], names: readonly string[]): Change[] {
  const alike = Map.groupBy(shadows, ({ by, isNew }) => `${by} ${isNew}`);
  return [...alike.values()].map((those) => {
    const { by, isNew } = those[0]!;
    const losers = those.map(({ route }) => route);
    const [now, more] = isNew ? ["", ""] : ["now ", " any more"];
    const gets = losers.length === 1 ? "gets no request" : "get no request";
    const message = `route ${names[by]} ${now}shadows ${
      routesIn(losers, names)
    }, which ${gets}${more}`;
    return warning(losers.length === 1 ? losers[0]! : by, message, losers, names);
  });
}

/** One for each route that wins requests of others. */
function lostWarnings(lost: readonly Lost[], names: readonly string[]): Change[] {
  return [...Map.groupBy(lost, ({ to }) => to)].map(([to, those]) => {
    const losers = those.map(({ from }) => from);
    const requests = listed([...new Set(those.flatMap(({ all }) => all))]);
    const from = routesIn(losers, names);
    return to === null
      ? warning(losers[0]!, `no route takes ${requests} any more, as ${from} did`, losers, names)
      : warning(to, `route ${names[to]} now takes ${requests} from ${from}`, losers, names);
  });
}

/** `route a`; `routes a, b, c and 4 more`. */
const routesIn = (routes: readonly number[], names: readonly string[]): string =>
  `${routes.length === 1 ? "route" : "routes"} ${listed(routes.map((at) => names[at]!))}`;

const warning = (
  at: number,
  message: string,
  losers: readonly number[],
  names: readonly string[],
): Change => ({
  ...change("warning", ["routes", at], message),
  ...(losers.length > 1 && { routes: losers.map((loser) => names[loser]!) }),
});

/** A new route's own rule says which requests it takes: that it does is no surprise. */
const isOfNewRoute = ({ after, rule }: Taken, added: ReadonlySet<number>): boolean =>
  after !== null && rule.side === "after" && rule.route === after && added.has(after);

/** By index: a route that another one leaves nothing. */
interface Shadow {
  readonly route: number;
  readonly by: number;
  /** Whether the route that gets nothing is new. */
  readonly isNew: boolean;
}

function newlyUnreachable(
  before: Policy,
  after: Policy,
  nowAt: ReadonlyMap<number, number>,
): Shadow[] {
  const known = new Set(
    unreachableRoutes(viewOf(before, [], null)).map(({ route }) => nowAt.get(route)),
  );
  const stayed = new Set(nowAt.values());
  return unreachableRoutes(viewOf(after, [], null))
    .filter(({ route }) => !known.has(route))
    .map((one) => ({ ...one, isNew: !stayed.has(one.route) }));
}

class Fates implements Fate {
  readonly #came = new Map<string, Set<string>>();
  readonly #gone = new Map<string, Set<string | null>>();

  constructor(private readonly names: readonly string[]) {}

  cameFrom(route: string, from: number): void {
    add(this.#came, route, `route ${this.names[from]}`);
  }

  goesTo(route: string, to: number | null): void {
    add(this.#gone, route, to === null ? null : `route ${this.names[to]}`);
  }

  added(route: string): readonly string[] {
    const from = [...this.#came.get(route) ?? []];
    return from.length === 0 ? [] : [`until now ${listed(from)} took them`];
  }

  removed(route: string): readonly string[] {
    const to = this.#gone.get(route);
    if (to === undefined) return [];
    const routes = [...to].filter((name) => name !== null);
    if (routes.length === 0) return ["no route takes them now"];
    const verb = routes.length === 1 ? "takes" : "take";
    const what = to.has(null) ? "some of them now, no route the others" : "them now";
    return [`${listed(routes)} ${verb} ${what}`];
  }
}

function add<Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
