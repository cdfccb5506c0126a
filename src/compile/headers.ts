/** Header edits: what a policy writes, several layers of it merged into one. */
import type { HeaderEditsPlan } from "../plan/plan.ts";
import type { PolicyHeaderEdits } from "../policy/schema/policy.ts";

/** What happens to one header: whether its old values go, and which are appended. */
interface Edit {
  readonly drop: boolean;
  readonly append: readonly string[];
}

/**
 * One plan that does what the layers would do one after the other, and inside a
 * layer removals, `set`, `add`. Per name, an edit that drops the old values makes
 * all before it void; any other only appends. So the sum is again a removal, a
 * `set`, or some `add`s.
 *
 * @returns `null` if nothing is to be done
 */
export function compileEdits(
  ...layers: readonly (PolicyHeaderEdits | undefined)[]
): HeaderEditsPlan | null {
  if (layers.every((layer) => layer === undefined)) return null;
  const edits = new Map<string, Edit>();
  const then = (written: string, drop: boolean, values: readonly string[]): void => {
    const name = written.toLowerCase();
    const before = drop ? undefined : edits.get(name);
    edits.set(name, {
      drop: drop || (before?.drop ?? false),
      append: [...(before?.append ?? []), ...values],
    });
  };
  for (const layer of layers) {
    for (const name of layer?.remove ?? []) then(name, true, []);
    for (const [name, value] of Object.entries(layer?.set ?? {})) then(name, true, [value]);
    for (const [name, value] of Object.entries(layer?.add ?? {})) then(name, false, [value]);
  }
  return edits.size === 0 ? null : flatten(edits);
}

function flatten(edits: ReadonlyMap<string, Edit>): HeaderEditsPlan {
  const remove: string[] = [];
  const set: [string, string][] = [];
  const add: [string, string][] = [];
  for (const [name, { drop, append }] of edits) {
    const [first, ...more] = append;
    if (drop && first === undefined) remove.push(name);
    if (drop && first !== undefined) set.push([name, first]);
    for (const value of drop ? more : append) add.push([name, value]);
  }
  return { remove, set, add };
}
