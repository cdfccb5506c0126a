/**
 * What differs between two values of any shape. Here the diff needs to know nothing of a field, so
 * that one which the schema gains is told of from the day it is there.
 */
import { formatPath, type Path } from "../policy/finding.ts";
import { type Change, change } from "./change.ts";
import { cut, inWords, isObject, type JsonObject, listed, same } from "./json.ts";

/** Where two values stand. */
export interface Place {
  /** Whose they are, such as `cluster aws`. */
  readonly subject: string;
  /** Below the subject; empty: the subject itself. */
  readonly field: Path;
  /** Of the subject, in the document. */
  readonly base: Path;
}

/** Of a longer list only what came and went is told. */
const SHORT_LIST = 8;

/** A list of objects is compared by the first of these that tells all of them apart. */
const IDENTITIES = ["name", "cluster", "from"] as const;

/** @returns nothing if the values are equal; else at least one change. `undefined`: there is none */
export function fieldChanges(before: unknown, after: unknown, place: Place): Change[] {
  if (same(before, after)) return [];
  if (before === undefined) return [told("added", `added: ${inWords(after)}`, place)];
  if (after === undefined) {
    const was = isObject(before) || Array.isArray(before) ? "" : `, was ${inWords(before)}`;
    return [told("removed", `removed${was}`, place)];
  }
  if (isObject(before) && isObject(after)) return objectChanges(before, after, place);
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, place);
  return [replaced(before, after, place)];
}

/**
 * The change of a field that has a meaning where it is not set, too.
 *
 * @param say a value in words; `undefined`: it is not set
 */
export function settingChanges<Value>(
  before: Value | undefined,
  after: Value | undefined,
  place: Place,
  say: (value: Value | undefined) => string,
): Change[] {
  if (same(before, after)) return [];
  const [from, to] = [say(before), say(after)];
  const words = from === to ? `${to}, as before, but written differently` : `${from} -> ${to}`;
  return [told("changed", words, place)];
}

export const below = (place: Place, ...steps: Path): Place => ({
  ...place,
  field: [...place.field, ...steps],
});

/** `SUBJECT: FIELD WORDS`. */
export function told(kind: Change["kind"], words: string, { subject, field, base }: Place): Change {
  const name = field.length === 0 ? subject : `${subject}: ${formatPath(field)}`;
  return change(kind, [...base, ...field], `${name} ${words}`);
}

function replaced(before: unknown, after: unknown, place: Place): Change {
  const [from, to] = [inWords(before), inWords(after)];
  // Two long values may differ where both are cut, and "5" is not 5.
  const [long, other] = from === to ? [exactly(before), exactly(after)] : [from, to];
  const words = long === other ? "changed in what is too long to be shown" : `${long} -> ${other}`;
  return told("changed", words, place);
}

const exactly = (value: unknown): string => cut(JSON.stringify(value));

function objectChanges(before: JsonObject, after: JsonObject, place: Place): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const own = (object: JsonObject, key: string): unknown =>
    Object.hasOwn(object, key) ? object[key] : undefined;
  return [...keys].flatMap((key) =>
    fieldChanges(own(before, key), own(after, key), below(place, key))
  );
}

function listChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  place: Place,
): Change[] {
  const items = [...before, ...after];
  if (!items.some((item) => isObject(item) || Array.isArray(item))) {
    return [scalarListChange(before, after, place)];
  }
  const key = IDENTITIES.find((key) => isIdentity(key, before) && isIdentity(key, after));
  return key === undefined
    ? byIndex(before, after, place)
    : byIdentity(key, before as JsonObject[], after as JsonObject[], place);
}

function scalarListChange(
  before: readonly unknown[],
  after: readonly unknown[],
  place: Place,
): Change {
  if (before.length <= SHORT_LIST && after.length <= SHORT_LIST) {
    return replaced(before, after, place);
  }
  const [old, now] = [new Set(before), new Set(after)];
  const came = [...now].filter((item) => !old.has(item)).map(inWords);
  const went = [...old].filter((item) => !now.has(item)).map(inWords);
  const parts = [
    ...(came.length === 0 ? [] : [`${listed(came)} added`]),
    ...(went.length === 0 ? [] : [`${listed(went)} removed`]),
  ];
  const words = parts.length === 0 ? "listed differently, nothing came or went" : parts.join(", ");
  return told("changed", words, place);
}

function isIdentity(key: string, items: readonly unknown[]): boolean {
  const values = items.map((item) => isObject(item) ? item[key] : undefined);
  return values.every((value) => typeof value === "string") &&
    new Set(values).size === values.length;
}

function byIdentity(
  key: string,
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  place: Place,
): Change[] {
  const old = new Map(before.map((item, index) => [item[key], { item, index }]));
  const changes: Change[] = [];
  after.forEach((item, index) => {
    const was = old.get(item[key]);
    old.delete(item[key]);
    const found = fieldChanges(was?.item, item, below(place, index));
    changes.push(...found.map((one) => named(one, String(item[key]), index, place)));
  });
  for (const [name, { index }] of old) {
    const gone = told("removed", "removed", below(place, index));
    changes.push(named(gone, String(name), index, place));
  }
  return changes.length > 0 ? changes : [told("changed", "in another order", place)];
}

/** The same change with a name where its message has an index. */
function named(one: Change, name: string, index: number, place: Place): Change {
  const [by, to] = [below(place, index), below(place, name)]
    .map(({ subject, field }) => `${subject}: ${formatPath(field)}`) as [string, string];
  return { ...one, message: to + one.message.slice(by.length) };
}

function byIndex(before: readonly unknown[], after: readonly unknown[], place: Place): Change[] {
  const changes: Change[] = [];
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    changes.push(...fieldChanges(before[index], after[index], below(place, index)));
  }
  return changes;
}
