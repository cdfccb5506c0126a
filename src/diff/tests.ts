/** What differs between the tests that two policies carry: matched by name. */
import { type Change, change } from "./change.ts";
import { fieldChanges } from "./fields.ts";
import { cut, isObject, type JsonObject, same } from "./json.ts";

/** @param before `tests` of a policy, as the document has it */
export function testChanges(before: unknown, after: unknown): Change[] {
  if (same(before, after)) return [];
  const [old, now] = [byName(before), byName(after)];
  if (old === null || now === null) return fieldChanges(before, after, PLACE);
  const changes: Change[] = [];
  for (const [name, { test, index }] of now) {
    const place = { subject: subjectOf(name), field: [], base: ["tests", index] };
    const was = old.get(name);
    if (was === undefined) changes.push(change("added", place.base, `${place.subject}: added`));
    else changes.push(...fieldChanges(was.test, test, place));
  }
  for (const [name, { index }] of old) {
    if (now.has(name)) continue;
    changes.push(change("removed", ["tests", index], `${subjectOf(name)}: removed`));
  }
  return changes.length > 0 ? changes : fieldChanges(before, after, PLACE);
}

const PLACE = { subject: "tests", field: [], base: ["tests"] };

const subjectOf = (name: string): string => cut(`test ${JSON.stringify(name)}`);

interface Placed {
  readonly test: JsonObject;
  readonly index: number;
}

/** @returns `null` where names don't tell tests apart */
function byName(tests: unknown): Map<string, Placed> | null {
  if (tests === undefined) return new Map();
  if (!Array.isArray(tests)) return null;
  const named = new Map<string, Placed>();
  for (const [index, test] of tests.entries()) {
    const name = isObject(test) ? test["name"] : undefined;
    if (typeof name !== "string" || named.has(name)) return null;
    named.set(name, { test, index });
  }
  return named;
}
