/**
 * From places in the document to places in its text. Only findings need
 * positions, so the text is read a second time for just these, and a policy
 * without findings never pays for a tree.
 */
import { visit } from "jsonc-parser";
import { type Anchor, type Finding, parsePath, type Path } from "./finding.ts";
import { markOffset, withoutMark } from "./text.ts";

/** One place that was asked for, or one on the way to it. */
interface Step {
  readonly children: Map<string | number, Step>;
  key: number;
  value: number;
}

const step = (): Step => ({ children: new Map(), key: -1, value: -1 });

/** Finds the offsets of paths that are known before the text is read. */
export class Locator {
  private readonly root = step();

  /** Asks for a path. A path that is not in the document leads to its nearest ancestor. */
  want(path: Path): void {
    let at = this.root;
    for (const name of path) {
      let next = at.children.get(name);
      if (next === undefined) at.children.set(name, next = step());
      at = next;
    }
  }

  /** Reads the text, which must be the one the paths are about and free of syntax errors. */
  read(text: string): void {
    const mark = markOffset(text);
    // The step of each open container, and of the value that comes next.
    const open: (Step | undefined)[] = [];
    const index: number[] = [];
    let next: Step | undefined = this.root;
    const value = (offset: number): Step | undefined => {
      const parent = open.at(-1);
      const position = index.at(-1)!;
      if (open.length > 0 && position >= 0) {
        next = parent?.children.get(position);
        index[index.length - 1] = position + 1;
      }
      if (next !== undefined) next.value = offset + mark;
      return next;
    };
    const close = (): void => {
      open.pop();
      index.pop();
    };
    visit(withoutMark(text), {
      onObjectBegin: (offset) => {
        open.push(value(offset));
        index.push(-1);
      },
      onObjectEnd: close,
      onArrayBegin: (offset) => {
        open.push(value(offset));
        index.push(0);
      },
      onArrayEnd: close,
      onObjectProperty: (name, offset) => {
        next = open.at(-1)?.children.get(name);
        if (next !== undefined) next.key = offset + mark;
      },
      onLiteralValue: (_, offset) => void value(offset),
    });
  }

  /** Offset in UTF-16 code units; a list's element has no key, so its value stands in. */
  offset(path: Path, anchor: Anchor): number {
    let at = this.root;
    for (const name of path) {
      const next = at.children.get(name);
      if (next === undefined || next.value < 0) return Math.max(at.value, 0);
      at = next;
    }
    return Math.max(anchor === "key" && at.key >= 0 ? at.key : at.value, 0);
  }
}

export interface Position {
  /** 1 is the first. */
  readonly line: number;
  /** 1 is the first; counts UTF-16 code units, without a byte order mark. */
  readonly column: number;
}

/** Answers for many offsets of one text in logarithmic time each. */
export function positions(text: string): (offset: number) => Position {
  const starts = [markOffset(text)];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(offset - starts[low]!, 0) + 1 };
  };
}

/**
 * Findings of those who know a plan, not its text: each with the line and column of its path's value,
 * or of what is nearest around it.
 *
 * @param text the policy's, without syntax errors
 */
export function located(findings: readonly Finding[], text: string): readonly Finding[] {
  if (findings.length === 0) return findings;
  const locator = new Locator();
  const paths = findings.map(({ path }) => parsePath(path));
  for (const path of paths) locator.want(path);
  locator.read(text);
  const position = positions(text);
  return findings.map((finding, index) => ({
    ...finding,
    ...position(locator.offset(paths[index]!, "value")),
  }));
}
