/** Which share of which route moves from where to where, by simulation: healthy, and seen from nowhere. */
import type { Plan } from "../plan/plan.ts";
import { simulate } from "../simulate/simulate.ts";
import type { Viewpoint } from "../simulate/viewpoint.ts";
import type { Pairing } from "./pairing.ts";

export interface MovedShare {
  /** By its new name; of one that is gone, by its old one. */
  readonly route: string;
  readonly cluster: string;
  /** Of the route's traffic, as fractions of 1. */
  readonly from: number;
  readonly to: number;
}

/** Nothing that can be seen, and more than arithmetic gets wrong. */
const LEAST = 1e-9;

const NOWHERE: Viewpoint = {
  caller: { locality: { region: "", zone: "", subzone: "" }, labels: {} },
  place: { country: null, latitude: null, longitude: null },
  coordinates: null,
  ip: null,
};

/** @param before `null`: there was no policy */
export function movedShares(before: Plan | null, after: Plan, pairing: Pairing): MovedShare[] {
  const [old, now] = [
    before === null ? new Map<string, Shares>() : sharesOf(before),
    sharesOf(after),
  ];
  const name = (plan: Plan | null, index: number): string => plan?.routes[index]?.name ?? "";
  const wereOf = new Map(pairing.pairs.map(([from, to]) => [name(after, to), name(before, from)]));
  return [
    ...after.routes.flatMap((route) =>
      moved(route.name, old.get(wereOf.get(route.name) ?? ""), now.get(route.name))
    ),
    ...pairing.removed.flatMap((index) =>
      moved(name(before, index), old.get(name(before, index)), {})
    ),
  ];
}

type Shares = Readonly<Record<string, number>>;

const sharesOf = (plan: Plan): ReadonlyMap<string, Shares> =>
  new Map(
    simulate(plan, () => "healthy", NOWHERE).routes.map(({ route, clusters }) => [route, clusters]),
  );

function moved(route: string, before: Shares = {}, after: Shares = {}): MovedShare[] {
  const clusters = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...clusters].map((cluster) => ({
    route,
    cluster,
    from: before[cluster] ?? 0,
    to: after[cluster] ?? 0,
  })).filter(({ from, to }) => Math.abs(to - from) > LEAST);
}
