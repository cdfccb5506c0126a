/** What `validate` reports: one thing to mend, and where. */
import type { RuleName, Severity } from "./codes.ts";

export interface Finding {
  /** `LIM` and three digits: see `codes.ts`. */
  readonly code: string;
  readonly severity: Severity;
  /** Such as `routes[0].split.aws`; `$` is the document itself. */
  readonly path: string;
  /** 1 is the first. */
  readonly line: number;
  /** 1 is the first; counts UTF-16 code units. */
  readonly column: number;
  readonly message: string;
}

/** Keys and list indices from the document's root. */
export type Path = readonly (string | number)[];

/** Which end of a property a finding points at. */
export type Anchor = "key" | "value";

/** Takes one finding; positions are worked out at the end, for all at once. */
export type Report = (rule: RuleName, path: Path, message: string, anchor?: Anchor) => void;

const plainKey = /^[A-Za-z0-9_$-]+$/;

/** `["routes", 0, "split", "aws"]` as `routes[0].split.aws`; other keys as `["…"]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!plainKey.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text === "" ? "$" : text;
}

/** The steps that `formatPath` made a text of. A key that is `$` alone is taken for the document. */
export function parsePath(text: string): Path {
  if (text === "$") return [];
  const steps = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z0-9_$-]+)/g);
  return [...steps].map(([, index, quoted, plain]) =>
    index !== undefined ? Number(index) : plain ?? JSON.parse(quoted!) as string
  );
}

/** One line for a terminal: `FILE:LINE:COL CODE path: message`. */
export function formatFinding(file: string, finding: Finding): string {
  const { line, column, code, path, message } = finding;
  return `${file}:${line}:${column} ${code} ${path}: ${message}`;
}
