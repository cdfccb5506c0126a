/** A policy's text to a policy, or to everything that is wrong with it. */
import { checks } from "./check/all.ts";
import { Collector } from "./collect.ts";
import type { Finding } from "./finding.ts";
import type { Policy } from "./schema/policy.ts";
import { checkShape } from "./shape.ts";
import { parseText } from "./text.ts";
import { type Target, viewOf } from "./view.ts";

export type { Target } from "./view.ts";

export interface ValidateOptions {
  /** Whose limits are warned about; absent: those of both platforms. */
  readonly target?: Target;
}

/** With a policy there are only warnings, without one at least one error. */
export type Validation =
  | { readonly policy: Policy; readonly document: unknown; readonly findings: readonly Finding[] }
  | { readonly policy: null; readonly findings: readonly Finding[] };

/**
 * Reports every finding at once, sorted by position; at most a thousand. Never
 * throws, whatever the text.
 */
export function validate(text: string, options: ValidateOptions = {}): Validation {
  const { value: document, problems } = parseText(text);
  const collector = new Collector(problems);
  const isReserved = problems.some(({ rule }) => rule === "reservedKey");
  const checked = isReserved ? withoutReserved(document) : document;
  if (document !== undefined) checkDocument(checked, collector, options.target ?? null);
  const findings = collector.findings(text);
  if (document === undefined || collector.hasErrors) return { policy: null, findings };
  // The schema transforms nothing, so what fits it is a Policy as it stands.
  return { policy: document as Policy, document, findings };
}

function checkDocument(document: unknown, collector: Collector, target: Target | null): void {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    collector.shape("notAnObject", [], 'a policy is an object: { "clusters": …, "routes": … }');
    return;
  }
  const view = viewOf(document, checkShape(document, collector.shape), target);
  for (const check of checks) check(view, collector.meaning);
}

/**
 * A copy without what lies below a reserved key: no schema looks there, so no check may either. It
 * is refused by its key alone.
 */
function withoutReserved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReserved);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "__proto__");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutReserved(inner)]));
}
