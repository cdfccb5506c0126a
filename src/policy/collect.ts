/** Collects findings and, at the end, gives each its line and column. */
import { type RuleName, rules } from "./codes.ts";
import { type Anchor, type Finding, formatPath, type Path, type Report } from "./finding.ts";
import { Locator, positions } from "./locate.ts";
import type { TextProblem } from "./text.ts";

/** Nobody mends more at once, and an answer should stay an answer. */
const MAX_FINDINGS = 1000;

interface Item {
  readonly rule: RuleName;
  readonly path: Path;
  readonly message: string;
  readonly anchor: Anchor;
}

export class Collector {
  private readonly items: Item[] = [];
  private readonly places = new Set<string>();
  private errors = 0;
  private leftOut = 0;

  constructor(private readonly problems: readonly TextProblem[]) {
    this.errors = problems.length;
    for (const { path } of problems) this.places.add(formatPath(path));
  }

  /** The schema's errors. */
  readonly shape: Report = (rule, path, message, anchor = "value") => {
    this.places.add(formatPath(path));
    this.add({ rule, path, message, anchor });
  };

  /** The checks' findings. */
  readonly meaning: Report = (rule, path, message, anchor = "value") => {
    // What can't be a name at all has been reported as such.
    if (rule === "unknownCluster" && this.places.has(formatPath(path))) return;
    this.add({ rule, path, message, anchor });
  };

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** In the order of the text. */
  findings(text: string): readonly Finding[] {
    const locator = new Locator();
    for (const { path } of this.items) locator.want(path);
    if (this.items.length > 0) locator.read(text);
    const position = positions(text);
    const all = [
      ...this.problems,
      ...this.items.map((item) => ({ ...item, offset: locator.offset(item.path, item.anchor) })),
    ];
    if (this.leftOut > 0) {
      const message = `${this.leftOut} more findings are not shown`;
      all.push({ rule: "leftOut", path: [], message, offset: text.length });
    }
    return all.sort((a, b) => a.offset - b.offset).map(({ rule, path, message, offset }) => ({
      code: rules[rule].code,
      severity: rules[rule].severity,
      path: formatPath(path),
      ...position(offset),
      message,
    }));
  }

  private add(item: Item): void {
    const isError = rules[item.rule].severity === "error";
    // An error is never dropped for warnings: at least the first one is kept.
    if (this.items.length >= MAX_FINDINGS && !(isError && this.errors === 0)) this.leftOut++;
    else this.items.push(item);
    if (isError) this.errors++;
  }
}
