/** What a route does with its requests, in words, and how that changes. */
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { type Change, change } from "./change.ts";
import { below, fieldChanges, type Place, told } from "./fields.ts";
import { listed, same, without } from "./json.ts";

/** One of them stands in each route. */
export const ACTIONS = ["split", "to", "nearest", "fastest", "redirect", "respond"] as const;

type Action = typeof ACTIONS[number];

interface Member {
  readonly cluster: string;
  readonly weight: number;
}

type Split = NonNullable<PolicyRoute["split"]>;

const actionOf = (route: PolicyRoute): Action | undefined =>
  ACTIONS.find((action) => route[action] !== undefined);

const membersOf = (split: Split): readonly Member[] =>
  Array.isArray(split)
    ? split
    : Object.entries(split).map(([cluster, weight]) => ({ cluster, weight }));

/** `to aws 80 %, dc 20 %`. */
export function actionInWords(route: PolicyRoute): string {
  const { split, to, nearest, fastest, redirect, respond } = route;
  if (split !== undefined) {
    const members = membersOf(split);
    const total = totalOf(members);
    const shares = members.map(({ cluster, weight }) => `${cluster} ${percentOf(weight, total)}`);
    return `to ${shares.slice(0, 6).join(", ")}${shares.length > 6 ? ", …" : ""}`;
  }
  if (to !== undefined) return `to ${to}`;
  if (nearest !== undefined) return `to the nearest of ${listed(nearest, 6)}`;
  if (fastest !== undefined) return `to the fastest of ${listed(fastest, 6)}`;
  if (redirect !== undefined) return `redirected with ${redirect.status ?? 302}`;
  return `answered with ${respond?.status}`;
}

/** @param place the route */
export function actionChanges(before: PolicyRoute, after: PolicyRoute, place: Place): Change[] {
  const [old, now] = [actionOf(before), actionOf(after)];
  if (now === undefined || old === undefined) return [];
  if (same(before[old], after[now]) && old === now) return [];
  const at = below(place, now);
  if (old !== now) {
    const words = `${actionInWords(before)} -> ${actionInWords(after)}`;
    return [change("changed", [...at.base, ...at.field], `${place.subject}: ${words}`)];
  }
  if (now !== "split") return fieldChanges(before[now], after[now], at);
  return splitChanges(before.split!, after.split!, at, after.name);
}

function splitChanges(before: Split, after: Split, at: Place, route: string): Change[] {
  const [old, now] = [membersOf(before), membersOf(after)];
  if (!areDistinct(old) || !areDistinct(now)) return fieldChanges(before, after, at);
  const totals: Totals = [totalOf(old), totalOf(now)];
  const placeOf = (written: Split, index: number, cluster: string): Place => ({
    subject: `${route}: ${cluster}`,
    base: [...at.base, ...at.field, Array.isArray(written) ? index : cluster],
    field: [],
  });
  const former = new Map(old.map((member, index) => [member.cluster, { member, index }]));
  const changes = now.flatMap((member, index) => {
    const { cluster, weight } = member;
    const was = former.get(cluster)?.member;
    former.delete(cluster);
    const place = placeOf(after, index, cluster);
    const words = weightWords(was?.weight, weight, totals);
    const more = fieldChanges(besides(was ?? {}), besides(member), {
      ...place,
      subject: `route ${place.subject}`,
    });
    if (words === null) return more;
    return [told(was === undefined ? "added" : "changed", words, place), ...more];
  });
  for (const { member: { cluster, weight }, index } of former.values()) {
    const words = `removed, had ${percentOf(weight, totals[0])}`;
    changes.push(told("removed", words, placeOf(before, index, cluster)));
  }
  if (changes.length > 0) return changes;
  return [told("changed", "written differently, with the same shares", at)];
}

const besides = (member: object): unknown => without(member, ["cluster", "weight"]);

type Totals = readonly [before: number, after: number];

/** @returns `null` when neither weight nor percentage changes */
function weightWords(before: number | undefined, after: number, totals: Totals): string | null {
  const to = percentOf(after, totals[1]);
  if (before === undefined) return `added with ${to}`;
  const from = percentOf(before, totals[0]);
  if (before === after && from === to) return null;
  // Where weights are percentages already, saying both would say it twice.
  const arePercent = totals.every((total) => total === 100);
  const weights = before === after ? `weight ${after}` : `weight ${before} -> ${after}`;
  return `${from === to ? to : `${from} -> ${to}`}${
    arePercent && from !== to ? "" : ` (${weights})`
  }`;
}

function areDistinct(members: readonly Member[]): boolean {
  return new Set(members.map(({ cluster }) => cluster)).size === members.length;
}

const totalOf = (members: readonly Member[]): number =>
  members.reduce((sum, { weight }) => sum + weight, 0);

/** `80 %`, `33.3 %`, `0.01 %`. */
function percentOf(weight: number, total: number): string {
  const percent = total === 0 ? 0 : (weight / total) * 100;
  return `${percent === 0 || percent >= 0.1 ? +percent.toFixed(1) : +percent.toPrecision(1)} %`;
}
