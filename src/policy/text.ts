/**
 * JSON with `//` and block comments to a value. Two doors: `parseText` for
 * documents that nobody has checked yet, `parseDocument` for those that were.
 * Neither keeps positions; `locate.ts` finds them for the few values that need one.
 */
import { visit } from "jsonc-parser";
import type { Path } from "./finding.ts";
import type { RuleName } from "./codes.ts";
import { syntaxMessage } from "./syntax.ts";

/** A policy is 7 levels deep. The parser recurses, so this is also what guards its stack. */
export const MAX_DEPTH = 64;

/** Lists, objects, keys' values: a 4 MiB policy of real endpoints and routes stays far below. */
export const MAX_VALUES = 500_000;

/** One typo can upset many lines below it; nobody reads more than this. */
const MAX_SYNTAX_FINDINGS = 20;

/** Something wrong with the text itself. */
export interface TextProblem {
  readonly rule: RuleName;
  readonly message: string;
  readonly path: Path;
  /** In UTF-16 code units. */
  readonly offset: number;
}

export interface ParsedText {
  /** `undefined` if there is none to go on with. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
}

/** The text is not one JSON document, or too large a one. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** A document so wrong that reading on makes no sense. */
class Stop extends Error {}

const LONE_SURROGATE = "half of a surrogate pair is not valid Unicode";

/** An empty document's value; JSON has no `undefined`. */
const nothing = Symbol("nothing");

type Container = { [key: string]: unknown } | unknown[];

/**
 * Never throws; time and memory are linear in the text. A byte order mark is
 * allowed. Of keys that stand twice the last one counts, as in `JSON.parse`.
 */
export function parseText(text: string): ParsedText {
  const mark = markOffset(text);
  const problems: TextProblem[] = [];
  const containers: Container[] = [];
  const path: (string | number)[] = [];
  let root: unknown = nothing;
  let key: string | null = null;
  let values = 0;
  let syntaxFindings = 0;
  let syntaxLine = -1;

  const problem = (rule: RuleName, message: string, offset: number, at: Path): void => {
    problems.push({ rule, message, path: [...at], offset: offset + mark });
  };
  const stop = (message: string, offset: number): never => {
    problem("tooLarge", message, offset, []);
    throw new Stop();
  };
  const put = (value: unknown, offset: number): void => {
    if (++values > MAX_VALUES) stop(`more than ${MAX_VALUES} values in one policy`, offset);
    const parent = containers.at(-1);
    if (parent === undefined) {
      root = value;
    } else if (Array.isArray(parent)) {
      path[path.length - 1] = parent.length;
      parent.push(value);
    } else if (key !== null) {
      setOwn(parent, key, value);
    }
  };
  const begin = (container: Container, offset: number): void => {
    if (containers.length === MAX_DEPTH) stop(`nested deeper than ${MAX_DEPTH} levels`, offset);
    put(container, offset);
    containers.push(container);
    path.push(0);
  };
  const end = (): void => {
    containers.pop();
    path.pop();
  };

  try {
    visit(withoutMark(text), {
      onObjectBegin: (offset) => begin({}, offset),
      onObjectEnd: end,
      onArrayBegin: (offset) => begin([], offset),
      onArrayEnd: end,
      onObjectProperty: (name, offset) => {
        key = name;
        path[path.length - 1] = name;
        if (Object.hasOwn(containers.at(-1)!, name)) {
          problem("duplicateKey", `${JSON.stringify(name)} stands twice here`, offset, path);
        }
        if (name === "__proto__") problem("reservedKey", `no key can be ${name}`, offset, path);
        if (!name.isWellFormed()) problem("notPortable", LONE_SURROGATE, offset, path);
      },
      onLiteralValue: (value: unknown, offset) => {
        put(value, offset);
        if (typeof value === "string" && !value.isWellFormed()) {
          problem("notPortable", LONE_SURROGATE, offset, path);
        }
        if (typeof value === "number" && !Number.isFinite(value)) {
          problem("notPortable", "the number is too large for any runtime", offset, path);
        }
      },
      onError: (code, offset, length, line) => {
        // What follows on the same line is nearly always the same mistake again.
        if (line === syntaxLine) return;
        syntaxLine = line;
        const place = { offset: offset + mark, length, isFirst: root === nothing };
        problem("syntax", syntaxMessage(code, text, place), offset, []);
        if (++syntaxFindings === MAX_SYNTAX_FINDINGS) throw new Stop();
      },
    });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    root = nothing;
  }
  const broken = root === nothing || syntaxFindings > 0;
  return { value: broken ? undefined : root, problems };
}

/**
 * The value of a document that was validated when it was stored: no findings, no
 * limits but the parser's own.
 *
 * @throws {DocumentError} if the text is not JSON with comments after all
 */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { value, problems } = parseText(text);
    if (value !== undefined) return value;
    const first = problems[0];
    throw new DocumentError(first?.message ?? "no JSON document", first?.offset ?? 0);
  }
}

/** Length of a leading byte order mark. */
export function markOffset(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}

/** What `visit` may read: it takes a byte order mark for a symbol. */
export function withoutMark(text: string): string {
  return text.slice(markOffset(text));
}

/** As `JSON.parse` does it: a key never reaches a setter of the prototype. */
function setOwn(object: { [key: string]: unknown }, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else {
    object[key] = value;
  }
}
