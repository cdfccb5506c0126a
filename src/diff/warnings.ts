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
  const lost = new Map<
    string,
    { readonly from: number; readonly to: number | null; all: string[] }
  >();
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
    ...shadows.map(({ route, by, isNew }) =>
      change(
        "warning",
        ["routes", route],
        isNew
          ? `route ${names[by]} shadows route ${names[route]}, which gets no request`
          : `route ${names[by]} now shadows route ${names[route]}, which gets no request any more`,
      )
    ),
    ...[...lost.values()].map(({ from, to, all }) =>
      to === null
        ? change(
          "warning",
          ["routes", from],
          `no route takes ${listed(all)} any more, as route ${names[from]} did`,
        )
        : change(
          "warning",
          ["routes", to],
          `route ${names[to]} now takes ${listed(all)} from route ${names[from]}`,
        )
    ),
    ...(cut
      ? [
        change(
          "warning",
          ["routes"],
          "there are too many routes to tell of all who takes their requests now",
        ),
      ]
      : []),
  ];
  return { warnings, fate: fates, moves: lost.size > 0 || shadows.some(({ isNew }) => !isNew) };
}

/** A new route's own rule says which requests it takes: that it does is no surprise. */
const isOfNewRoute = ({ after, rule }: Taken, added: ReadonlySet<number>): boolean =>
  after !== null && rule.side === "after" && rule.route === after && added.has(after);

function newlyUnreachable(
  before: Policy,
  after: Policy,
  nowAt: ReadonlyMap<number, number>,
): { readonly route: number; readonly by: number; readonly isNew: boolean }[] {
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
