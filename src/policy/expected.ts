/**
 * What a schema accepts, in words: "a string such as "250ms"". Also which branch
 * of a union a value was meant for, because zod only says that none fits.
 */
import * as z from "zod";
import { suggest } from "./suggest.ts";

type Schema = z.core.$ZodType;

/** Only the kinds that policy schemas are made of are told apart. */
const definition = (schema: Schema): z.core.$ZodTypes["_zod"]["def"] =>
  (schema as z.core.$ZodTypes)._zod.def;

/** The schema without `optional`. */
export function unwrap(schema: Schema): Schema {
  const def = definition(schema);
  return def.type === "optional" ? unwrap(def.innerType) : schema;
}

/** The keys that an object schema knows; empty for any other schema. */
export function knownKeys(schema: Schema): readonly string[] {
  const def = definition(unwrap(schema));
  if (def.type === "union") return def.options.flatMap(knownKeys);
  return def.type === "object" ? Object.keys(def.shape) : [];
}

/** The schema of `value[key]`, and whether `value` is valid without it. */
export function child(
  schema: Schema,
  value: unknown,
  key: string | number,
): { readonly schema: Schema; readonly removable: boolean } | null {
  const def = definition(unwrap(schema));
  switch (def.type) {
    case "object": {
      const own = typeof key === "string" && Object.hasOwn(def.shape, key) ? def.shape[key] : null;
      if (own) return { schema: own, removable: definition(own).type === "optional" };
      const rest = def.catchall;
      return rest && definition(rest).type !== "never" ? { schema: rest, removable: true } : null;
    }
    case "record":
      return { schema: def.valueType, removable: true };
    case "array":
      return { schema: def.element, removable: true };
    case "tuple": {
      const item = typeof key === "number" ? def.items[key] : undefined;
      return item ? { schema: item, removable: false } : null;
    }
    case "union": {
      const branch = branchFor(schema, value);
      return branch ? child(branch, value, key) : null;
    }
    default:
      return null;
  }
}

/**
 * The branch of a union that `value` was meant for: by JSON type, and between
 * objects by the keys that are known, or nearly known.
 *
 * @returns `null` if that is anyone's guess
 */
export function branchFor(union: Schema, value: unknown): Schema | null {
  const def = definition(unwrap(union));
  if (def.type !== "union") return null;
  const kind = kindOf(value);
  const fitting = def.options.filter((option) => kinds(option).has(kind));
  if (fitting.length === 1) return fitting[0]!;
  if (kind !== "object") {
    return fitting.find((option) => definition(option).type !== "literal") ?? null;
  }
  const keys = Object.keys(value as object).slice(0, 20);
  let best: Schema | null = null;
  let bestScore = 0;
  for (const option of fitting) {
    const known = knownKeys(option);
    let score = 0;
    for (const key of keys) {
      if (known.includes(key)) score += 2;
      else if (suggest(key, known) !== null) score += 1;
    }
    if (score > bestScore) [best, bestScore] = [option, score];
  }
  return best;
}

/** The issue list of the branch `branchFor` chooses; zod keeps them in the order of the options. */
export function branchIndex(union: Schema, branch: Schema): number {
  const def = definition(unwrap(union));
  return def.type === "union" ? def.options.indexOf(branch) : -1;
}

/** Such as `a string such as "250ms"`, `one of 301, 302`, `{ prefix } or { full }`. */
export function describe(schema: Schema): string {
  const example = exampleOf(schema);
  const text = words(unwrap(schema));
  return example === undefined ? text : `${text} such as ${JSON.stringify(example)}`;
}

function words(schema: Schema): string {
  const def = definition(schema);
  switch (def.type) {
    case "string":
      return "a string";
    case "number":
      return "format" in def ? "a whole number" : "a number";
    case "boolean":
      return "true or false";
    case "array":
    case "tuple":
      return "a list";
    case "record":
      return "an object";
    case "literal":
      return def.values.map((value) => JSON.stringify(value)).join(" or ");
    case "enum":
      return either(Object.values(def.entries).map((value) => JSON.stringify(value)));
    case "object":
      return objectWords(def.shape);
    case "union":
      return either([...new Set(def.options.map(describe))]);
    default:
      return "something else";
  }
}

/** `{ cookie }`: the keys that must be there; without any, the keys don't say what it is. */
function objectWords(shape: Readonly<Record<string, Schema>>): string {
  const needed = Object.keys(shape).filter((key) => definition(shape[key]!).type !== "optional");
  if (needed.length === 0) return "an object";
  return `{ ${needed.join(", ")}${needed.length < Object.keys(shape).length ? ", …" : ""} }`;
}

/** `a, b or c`. */
export function either(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} or ${items.at(-1)}`;
}

function exampleOf(schema: Schema): unknown {
  const examples = z.globalRegistry.get(schema)?.examples;
  if (Array.isArray(examples)) return examples[0];
  const def = definition(schema);
  return def.type === "optional" ? exampleOf(def.innerType) : undefined;
}

type Kind = "string" | "number" | "boolean" | "null" | "list" | "object" | "nothing";

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" || type === "object"
    ? type
    : "nothing";
}

/** `the number 5`, `a list`: what stands where something else should. */
export function found(value: unknown): string {
  const kind = kindOf(value);
  switch (kind) {
    case "string": {
      const text = value as string;
      return `the string ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`;
    }
    case "number":
      return `the number ${value}`;
    case "list":
    case "object":
      return kind === "list" ? "a list" : "an object";
    default:
      return String(value);
  }
}

/** Whether the JSON type is right, though the value may not be. */
export function takesKind(schema: Schema, value: unknown): boolean {
  return kinds(schema).has(kindOf(value));
}

function kinds(schema: Schema): ReadonlySet<Kind> {
  const def = definition(unwrap(schema));
  switch (def.type) {
    case "string":
    case "enum":
      return new Set<Kind>(["string"]);
    case "number":
      return new Set<Kind>(["number"]);
    case "boolean":
      return new Set<Kind>(["boolean"]);
    case "array":
    case "tuple":
      return new Set<Kind>(["list"]);
    case "object":
    case "record":
      return new Set<Kind>(["object"]);
    case "literal":
      return new Set(def.values.map(kindOf));
    case "union":
      return new Set(def.options.flatMap((option) => [...kinds(option)]));
    default:
      return new Set();
  }
}
