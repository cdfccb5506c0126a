/** The schema's part of validation: zod's issues as findings that can be acted on. */
import type * as z from "zod";
import type { Path, Report } from "./finding.ts";
import {
  branchFor,
  branchIndex,
  child,
  describe,
  found,
  knownKeys,
  takesKind,
} from "./expected.ts";
import { policySchema } from "./schema/policy.ts";
import { didYouMean, suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/**
 * Reports all that the schema finds wrong with `document`.
 *
 * @param schema of the kinds that policies are made of, transforming nothing
 * @returns the paths of the values that are wrong, for `prune`
 */
export function checkShape(
  document: unknown,
  report: Report,
  schema: z.ZodType = policySchema,
): readonly Path[] {
  const result = schema.safeParse(document);
  if (result.success) return [];
  const bad: Path[] = [];
  const explain = new Explainer(schema, document, report, bad);
  for (const issue of result.error.issues) explain.issue(issue, []);
  explain.missing();
  return bad;
}

class Explainer {
  /** Keys that a misspelt one was surely meant to be: no need to report them missing too. */
  private readonly meant = new Set<string>();
  private readonly absent: { readonly path: Path; readonly schema: Schema | null }[] = [];

  constructor(
    private readonly root: Schema,
    private readonly document: unknown,
    private readonly report: Report,
    private readonly bad: Path[],
  ) {}

  issue(issue: Issue, base: Path): void {
    const path = [...base, ...issue.path as (string | number)[]];
    switch (issue.code) {
      case "unrecognized_keys":
        return this.unknown(path, issue.keys);
      case "invalid_union":
        return this.union(path, issue.errors);
      case "invalid_key":
        this.bad.push(path);
        return this.report("badName", path, issue.issues[0]?.message ?? issue.message, "key");
      case "invalid_type":
      case "invalid_value":
        return this.mismatch(path, issue.code === "invalid_type" ? "wrongType" : "badValue");
      default:
        this.bad.push(path);
        return this.report("badValue", path, limit(issue));
    }
  }

  /** Reports required keys that are not there, now that all misspelt ones are known. */
  missing(): void {
    for (const { path, schema } of this.absent) {
      if (this.meant.has(JSON.stringify(path))) continue;
      const expected = schema ? `: ${describe(schema)}` : "";
      this.report("missingKey", path, `${JSON.stringify(path.at(-1))} is missing${expected}`);
    }
  }

  private unknown(path: Path, keys: readonly string[]): void {
    const { schema, value } = this.at(path);
    const branch = schema && (branchFor(schema, value) ?? schema);
    const known = branch ? knownKeys(branch) : [];
    for (const key of keys) {
      // The text's own check has told of it.
      if (key === "__proto__") continue;
      const near = suggest(key, known);
      if (near !== null) this.meant.add(JSON.stringify([...path, near]));
      const elsewhere = branch !== schema && schema !== null && knownKeys(schema).includes(key);
      const message = elsewhere
        ? `${JSON.stringify(key)} can't stand beside ${JSON.stringify(this.sibling(value, known))}`
        : `unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`;
      this.report("unknownKey", [...path, key], message, "key");
    }
  }

  private sibling(value: unknown, known: readonly string[]): string {
    return Object.keys(value as object).find((key) => known.includes(key)) ?? "";
  }

  private union(path: Path, errors: readonly (readonly Issue[])[]): void {
    const { schema, value } = this.at(path);
    const branch = schema && branchFor(schema, value);
    const issues = branch ? errors[branchIndex(schema, branch)] : undefined;
    if (!issues || issues.length === 0) {
      return this.mismatch(path, schema && takesKind(schema, value) ? "badValue" : "wrongType");
    }
    for (const issue of issues) this.issue(issue, path);
  }

  private mismatch(path: Path, rule: "wrongType" | "badValue"): void {
    const { schema, value } = this.at(path);
    this.bad.push(path);
    if (value === undefined) {
      this.absent.push({ path, schema });
      return;
    }
    const near = typeof value === "string" && schema ? didYouMean(value, literals(schema)) : "";
    const expected = schema ? describe(schema) : "something else";
    this.report(rule, path, `expected ${expected}, found ${found(value)}${near}`);
  }

  /** The value at a path and the schema that it was held against, as far as that is known. */
  private at(path: Path): { readonly schema: Schema | null; readonly value: unknown } {
    let schema: Schema | null = this.root;
    let value: unknown = this.document;
    for (const key of path) {
      schema = schema && (child(schema, value, key)?.schema ?? null);
      value = property(value, key);
    }
    return { schema, value };
  }
}

/** `object[key]` if it is the object's own. */
export function property(object: unknown, key: string | number): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, key)
    ? (object as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
}

/** The words of an enum, whichever way it is written. */
function literals(schema: Schema): readonly string[] {
  return [...describe(schema).matchAll(/"([^"]+)"/g)].map(([, word]) => word!);
}

/** zod's own texts for limits speak of "Too big"; ours of the field. Formats carry their own text. */
function limit(issue: Issue): string {
  if (issue.code === "too_big") {
    return issue.message.startsWith("Too")
      ? `${amount(issue.origin)} at most ${issue.maximum}`
      : issue.message;
  }
  if (issue.code === "too_small") {
    return issue.message.startsWith("Too")
      ? `${amount(issue.origin)} at least ${issue.minimum}`
      : issue.message;
  }
  return issue.message;
}

function amount(origin: string): string {
  if (origin === "string") return "the number of characters must be";
  return origin === "array" ? "the number of items must be" : "the number must be";
}
