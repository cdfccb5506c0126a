/**
 * Rules that share host and path. A few are tried in turn; among many, those
 * that ask for one exact value are found by it, however many there are.
 */
import type { Bucket, Candidate, Condition, KeyedRules, Rule } from "../plan/table.ts";

/** Up to here, trying each is as quick as a look-up. */
const SCAN_AT_MOST = 8;

/** @param rules best first, at least one */
export function compileBucket(rules: readonly Rule[]): Bucket {
  return bucketOf(rules.map((rule) => ({ rule, rest: rule.conditions })));
}

function bucketOf(candidates: readonly Candidate[]): Bucket {
  const best = candidates[0]!.rule.rank;
  if (candidates.length <= SCAN_AT_MOST) return { best, scan: candidates, keyed: [] };
  const scan: Candidate[] = [];
  const groups = new Map<string, Keyed[]>();
  const keys = collectKeys(candidates);
  for (const candidate of candidates) {
    const by = mostTelling(candidate.rest, keys);
    if (by === null) {
      scan.push(candidate);
    } else {
      const key = keyOf(by);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ candidate, by }]);
      else group.push({ candidate, by });
    }
  }
  // Groups come in the order of their best candidate, as both lists were filled from the best on.
  return { best, scan, keyed: [...groups.values()].map(keyedRules) };
}

/** A candidate and the condition by whose value it is to be found. */
interface Keyed {
  readonly candidate: Candidate;
  readonly by: Condition;
}

/** Method names or the one value; empty if the condition can't be a key. */
function valuesOf(condition: Condition): Iterable<string> {
  if (condition.on === "method") return condition.methods;
  return condition.equals === null ? [] : [condition.equals];
}

const keyOf = (condition: Condition): string =>
  condition.on === "method" ? "method" : `${condition.on} ${condition.name}`;

/** For each possible key, the values that rules ask for. */
function collectKeys(candidates: readonly Candidate[]): ReadonlyMap<string, ReadonlySet<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { rest } of candidates) {
    for (const condition of rest) {
      for (const value of valuesOf(condition)) {
        const key = keyOf(condition);
        const values = keys.get(key);
        if (values === undefined) keys.set(key, new Set([value]));
        else values.add(value);
      }
    }
  }
  return keys;
}

/** The condition whose key tells most rules apart; a key with one value tells none. */
function mostTelling(
  conditions: readonly Condition[],
  keys: ReadonlyMap<string, ReadonlySet<string>>,
): Condition | null {
  let found: Condition | null = null;
  let most = 1;
  for (const condition of conditions) {
    if (condition.on !== "method" && condition.equals === null) continue;
    const values = keys.get(keyOf(condition))!.size;
    if (values > most) [found, most] = [condition, values];
  }
  return found;
}

function keyedRules(group: readonly Keyed[]): KeyedRules {
  const byValue = new Map<string, Candidate[]>();
  for (const { candidate, by } of group) {
    const rest = candidate.rest.filter((condition) => condition !== by);
    for (const value of valuesOf(by)) {
      const rules = byValue.get(value);
      if (rules === undefined) byValue.set(value, [{ rule: candidate.rule, rest }]);
      else rules.push({ rule: candidate.rule, rest });
    }
  }
  const { by, candidate } = group[0]!;
  return {
    best: candidate.rule.rank,
    on: by.on,
    name: by.on === "method" ? "" : by.name,
    byValue: new Map([...byValue].map(([value, rules]) => [value, bucketOf(rules)])),
  };
}
