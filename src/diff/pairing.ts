/** Which route of an old policy is which of a new one. */
import { canonicalJson } from "../policy/revision.ts";
import type { PolicyRoute } from "../policy/schema/policy.ts";
import { without } from "./json.ts";

type Routes = readonly PolicyRoute[];

export interface Pairing {
  /** Index in the old policy and in the new one, by the new one's order. */
  readonly pairs: readonly (readonly [before: number, after: number])[];
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/** By name; of those that are left, a route that has all but its name of one that is gone is that one. */
export function pairRoutes(before: Routes, after: Routes): Pairing {
  const byName = new Map(before.map(({ name }, index) => [name, index]));
  const partner = after.map(({ name }) => {
    const index = byName.get(name);
    byName.delete(name);
    return index;
  });
  const nameless = new Map<string, number>();
  for (const index of byName.values()) {
    const key = contentOf(before[index]!);
    if (!nameless.has(key)) nameless.set(key, index);
  }
  if (nameless.size > 0) {
    partner.forEach((found, index) => {
      if (found !== undefined) return;
      const key = contentOf(after[index]!);
      const renamed = nameless.get(key);
      if (renamed === undefined) return;
      nameless.delete(key);
      byName.delete(before[renamed]!.name);
      partner[index] = renamed;
    });
  }
  const indices = [...partner.keys()];
  return {
    pairs: indices.flatMap((index) =>
      partner[index] === undefined ? [] : [[partner[index], index]]
    ),
    added: indices.filter((index) => partner[index] === undefined),
    removed: [...byName.values()],
  };
}

const contentOf = (route: PolicyRoute): string => canonicalJson(without(route, ["name"]));
