/** One look after another at what changes, until somebody has seen enough. */
import { CommandError } from "./exit_codes.ts";
import type { Colors } from "./output.ts";
import { ENTER, LEAVE, picture } from "./screen.ts";
import type { View } from "./view.ts";

export interface WatchOptions {
  /** From the end of one look to the next; milliseconds. */
  readonly everyMs: number;
  /** One JSON object a line, whatever reads it. */
  readonly json: boolean;
}

/** What a view is shown on. */
export interface Outlet {
  /** Each look takes the place of the last one; else it stands below it. */
  readonly isTerminal: boolean;
  readonly colors: Colors;
  /** Of a terminal. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** @returns whether somebody may read on */
  readonly write: (text: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Somebody has seen enough. */
const ENDED = Symbol("ended");

/** What came of a look: what was seen, or why nothing was. */
type Looked<Seen> = { readonly seen: Seen } | { readonly failure: string };

/**
 * A look that fails after one that did not is shown, and is not the end. When nobody reads on, that
 * is the end.
 *
 * @param stopped resolves when it shall end
 * @throws {CommandError} when the first look fails: a wrong URL or token does not get better
 */
export async function watch<Seen>(
  view: View<Seen>,
  { everyMs, json }: WatchOptions,
  outlet: Outlet,
  stopped: Promise<void>,
): Promise<void> {
  const ended = stopped.then((): typeof ENDED => ENDED);
  const first = await Promise.race([view.look(), ended]);
  if (first === ENDED) return;
  const show = json ? asObjects(view, outlet) : asLines(view, outlet, everyMs);
  const isPainted = outlet.isTerminal && !json;
  if (isPainted) outlet.write(ENTER);
  try {
    let looked: Looked<Seen> | typeof ENDED = { seen: first };
    while (looked !== ENDED) {
      if (!show(looked)) return;
      const rested = await Promise.race([outlet.sleep(everyMs), ended]);
      looked = rested === ENDED ? ENDED : await Promise.race([attempt(view), ended]);
    }
  } finally {
    if (isPainted) outlet.write(LEAVE);
  }
}

async function attempt<Seen>(view: View<Seen>): Promise<Looked<Seen>> {
  try {
    return { seen: await view.look() };
  } catch (error) {
    if (error instanceof CommandError) return { failure: error.message };
    throw error;
  }
}

/** @returns whether somebody may read on */
type Show<Seen> = (looked: Looked<Seen>) => boolean;

const asObjects = <Seen>(view: View<Seen>, { write }: Outlet): Show<Seen> => (looked) => {
  const object = "seen" in looked ? view.json(looked.seen) : { error: looked.failure };
  return write(`${JSON.stringify(object)}\n`);
};

function asLines<Seen>(view: View<Seen>, outlet: Outlet, everyMs: number): Show<Seen> {
  const { isTerminal, colors, size, write, now } = outlet;
  /** On a terminal, what was seen last stays below the reason why nothing is seen now. */
  let before: readonly string[] = [];
  return (looked) => {
    const time = new Date(now()).toISOString().replace(/\.\d+Z$/, "Z");
    const width = isTerminal ? size().columns : Infinity;
    const lines = "seen" in looked
      ? view.lines(looked.seen, { colors, width, nowMs: now() })
      : [colors.red(`limen: ${looked.failure}`)];
    if (!isTerminal) return write([`--- ${time}`, ...lines, ""].join("\n"));
    if ("seen" in looked) before = [`as of ${time}:`, "", ...lines];
    const head = colors.dim(`${time}  every ${everyMs / 1000} s, Ctrl-C ends`);
    const shown = "seen" in looked ? lines : [...lines, "", ...before.map(colors.dim)];
    return write(picture([head, "", ...shown], size().rows));
  };
}
