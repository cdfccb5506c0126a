/** What differs between two policies' routes, which are matched by name. */
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { actionChanges, actionInWords, ACTIONS } from "./action.ts";
import { type Change, change } from "./change.ts";
import { below, fieldChanges, type Place, settingChanges, told } from "./fields.ts";
import { inWords, same, without } from "./json.ts";
import { matchChanges, matchesOf } from "./match.ts";
import { matchInWords } from "./match_words.ts";
import type { Pairing } from "./pairing.ts";

type Routes = readonly PolicyRoute[];

/** Sentences about who had the requests of a new route, and who gets those of one that is gone. */
export interface Fate {
  added(route: string): readonly string[];
  removed(route: string): readonly string[];
}

export function routeChanges(
  before: Routes,
  after: Routes,
  { pairs, added, removed }: Pairing,
  fate: Fate,
): Change[] {
  return [
    ...added.map((index) => {
      const route = after[index]!;
      const words = [`${matchOf(route)} ${actionInWords(route)}`, ...fate.added(route.name)];
      return told("added", `added: ${words.join("; ")}`, colon(placeOf(route, index)));
    }),
    ...removed.map((index) => {
      const route = before[index]!;
      const words = [`${matchOf(route)} ${actionInWords(route)}`, ...fate.removed(route.name)];
      return told("removed", `removed: ${words.join("; ")}`, colon(placeOf(route, index)));
    }),
    ...pairs.flatMap(([from, to]) => pairChanges(before[from]!, after[to]!, to)),
  ];
}

const placeOf = ({ name }: PolicyRoute, index: number): Place => ({
  subject: `route ${name}`,
  field: [],
  base: ["routes", index],
});

const colon = (place: Place): Place => ({ ...place, subject: `${place.subject}:` });

function pairChanges(before: PolicyRoute, after: PolicyRoute, index: number): Change[] {
  const place = placeOf(after, index);
  // All else of it is the same: see `pairRoutes`.
  if (before.name !== after.name) {
    return [
      change("changed", [...place.base, "name"], `route ${before.name}: renamed to ${after.name}`),
    ];
  }
  if (same(before, after)) return [];
  return [
    ...actionChanges(before, after, place),
    ...settingChanges(before.hosts, after.hosts, below(place, "hosts"), hostsInWords),
    ...matchChanges(before.match, after.match, below(place, "match")),
    ...settingChanges(
      before.precedence,
      after.precedence,
      below(place, "precedence"),
      (set = 0) => `${set}`,
    ),
    ...settingChanges(before.failover, after.failover, below(place, "failover"), failoverInWords),
    ...fieldChanges(without(before, TOLD), without(after, TOLD), place),
  ];
}

const TOLD = [...ACTIONS, "name", "hosts", "match", "precedence", "failover"];

const hostsInWords = (hosts: PolicyRoute["hosts"]): string =>
  hosts === undefined ? "every host" : inWords(hosts);

function failoverInWords(failover: PolicyRoute["failover"]): string {
  if (failover === undefined) return "to the other clusters of the route";
  return failover.length === 0 ? "nowhere" : inWords(failover);
}

/** `GET shop.example.com/cart/*`; of many, the first. */
function matchOf({ hosts = [""], match }: PolicyRoute): string {
  const all = matchesOf(match);
  const more = all.length * hosts.length - 1;
  return `${matchInWords(all[0]!, hosts[0])}${more > 0 ? ` and ${more} more` : ""}`;
}
