/** What differs between two routes' `match`. Its entries have no order: any of them will do. */
import { canonicalJson } from "../policy/revision.ts";
import type { PolicyMatch, PolicyRoute } from "../policy/schema/policy.ts";
import { type Change, change } from "./change.ts";
import { fieldChanges, type Place, told } from "./fields.ts";
import { same } from "./json.ts";
import { matchInWords } from "./match_words.ts";

export const matchesOf = (match: PolicyRoute["match"]): readonly PolicyMatch[] =>
  match === undefined ? [{}] : [match].flat();

/** @param place `match` of the route */
export function matchChanges(
  before: PolicyRoute["match"],
  after: PolicyRoute["match"],
  place: Place,
): Change[] {
  if (same(before, after)) return [];
  const [old, now] = [matchesOf(before), matchesOf(after)];
  const went = withoutThose(old, now);
  const came = withoutThose(now, old);
  const at = (written: PolicyRoute["match"], index: number): Place =>
    Array.isArray(written) ? { ...place, base: [...place.base, "match", index], field: [] } : place;
  const first = came[0];
  if (first !== undefined && came.length === 1 && went.length === 1) {
    const [from, to] = [matchInWords(went[0]!.match), matchInWords(first.match)];
    if (from === to) return fieldChanges(before, after, place);
    return [
      change("changed", pathOf(at(after, first.index)), `${place.subject}: match ${from} -> ${to}`),
    ];
  }
  const changes = [
    ...came.map(({ match, index }) =>
      change(
        "added",
        pathOf(at(after, index)),
        `${place.subject}: match added: ${matchInWords(match)}`,
      )
    ),
    ...went.map(({ match, index }) =>
      change(
        "removed",
        pathOf(at(before, index)),
        `${place.subject}: match removed: ${matchInWords(match)}`,
      )
    ),
  ];
  if (changes.length > 0) return changes;
  return [told("changed", "written differently, for the same requests", place)];
}

const pathOf = ({ base, field }: Place): Place["base"] => [...base, ...field];

interface Entry {
  readonly match: PolicyMatch;
  readonly index: number;
}

function withoutThose(entries: readonly PolicyMatch[], others: readonly PolicyMatch[]): Entry[] {
  const known = new Set(others.map(canonicalJson));
  return entries.map((match, index) => ({ match, index }))
    .filter(({ match }) => !known.has(canonicalJson(match)));
}
