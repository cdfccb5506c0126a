/**
 * What the semantic checks look at: the policy without the parts that the schema
 * refused, so that one wrong value never hides what is wrong elsewhere.
 */
import { child } from "./expected.ts";
import type { Path } from "./finding.ts";
import {
  type Policy,
  type PolicyCluster,
  type PolicyRoute,
  policySchema,
  type PolicyTest,
} from "./schema/policy.ts";
import { property } from "./shape.ts";

/** For which platforms warnings are wanted; absent: both. */
export type Target = "cloudflare" | "deno";

type JsonObject = { readonly [key: string]: unknown };

/** A part as it may be used, and as it was written. */
export interface Part<T> {
  readonly path: Path;
  /** Valid fields only. A list that had invalid items has holes in their place: use `forEach`. */
  readonly value: Partial<T>;
  /** With the invalid fields; empty if it was no object. */
  readonly written: JsonObject;
}

export interface View {
  readonly clusters: ReadonlyMap<string, Part<PolicyCluster>>;
  readonly routes: readonly Part<PolicyRoute>[];
  readonly tests: readonly Part<PolicyTest>[];
  readonly defaults: NonNullable<Policy["defaults"]>;
  readonly trust: NonNullable<Policy["trust"]>;
  readonly target: Target | null;
}

const object = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as JsonObject : {};

const list = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : [];

/** Whether these fields are all as they were written: none was refused, not even in part. */
export function isWhole<T>(
  { value, written }: Part<T>,
  fields: readonly (keyof T & string)[],
): boolean {
  // Without schema errors both are one object, the usual case.
  return value === written ||
    fields.every((field) => textOf(value[field]) === textOf(written[field]));
}

/** JSON, but a hole in a list is told from a `null` that somebody wrote. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, item) => item === undefined ? { hole: true } : item);

/** @param bad what `checkShape` returned for this very document */
export function viewOf(document: unknown, bad: readonly Path[], target: Target | null): View {
  const pruned = bad.length === 0 ? document : prune(document, bad);
  const written = object(property(document, "clusters"));
  const kept = object(property(pruned, "clusters"));
  return {
    // The schema has been through all that is left: see `prune`.
    clusters: new Map(
      Object.keys(written).map((name) => [name, {
        path: ["clusters", name],
        value: object(property(kept, name)) as Partial<PolicyCluster>,
        written: object(written[name]),
      }]),
    ),
    routes: partsOf<PolicyRoute>("routes", document, pruned),
    tests: partsOf<PolicyTest>("tests", document, pruned),
    defaults: object(property(pruned, "defaults")),
    trust: object(property(pruned, "trust")),
    target,
  };
}

/** The items of one of the policy's lists. */
const partsOf = <T>(key: string, document: unknown, pruned: unknown): readonly Part<T>[] =>
  list(property(document, key)).map((item, index) => ({
    path: [key, index],
    value: object(list(property(pruned, key))[index]) as Partial<T>,
    written: object(item),
  }));

/** Their items and members may lack what a whole one must have: checks take them as partial. */
const IN_PARTS: readonly unknown[] = ["clusters", "routes", "tests"];

/** A copy without the values at `bad`; each takes along what is not valid without it. */
export function prune(document: unknown, bad: readonly Path[]): unknown {
  const copy = structuredClone(document);
  for (const path of bad) {
    const slot = slotOf(document, path);
    const holder = slot.slice(0, -1).reduce(property, copy);
    if (typeof holder !== "object" || holder === null || slot.length === 0) continue;
    // In a list this leaves a hole, so that the other items keep their index.
    delete (holder as Record<string | number, unknown>)[slot.at(-1)!];
  }
  return copy;
}

/** The deepest part of `path` that may be taken away without making its surroundings invalid. */
function slotOf(document: unknown, path: Path): Path {
  let schema: Parameters<typeof child>[0] = policySchema;
  let value = document;
  let slot: Path = [];
  for (const [index, key] of path.entries()) {
    const next = child(schema, value, key);
    const field = index === 2 && IN_PARTS.includes(path[0]);
    if (next === null || next.removable || field) slot = path.slice(0, index + 1);
    if (next === null) break;
    schema = next.schema;
    value = property(value, key);
  }
  return slot;
}
