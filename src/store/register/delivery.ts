/** The steps by which Workers KV gets what the register has accepted. */
import type { StoreFailure } from "../port.ts";
import type { Book } from "./book.ts";
import { DAMAGED, readText } from "./documents.ts";
import { activationIn, type Entry } from "./entry.ts";
import { type Identity, identityOf, isSameIdentity } from "./identity.ts";
import { neededFor, type Outlet } from "./outlet.ts";
import type { Serial } from "./serial.ts";
import type { Spread } from "./spread_state.ts";
import { type RegisterState, spreading } from "./state.ts";
import type { RegisterStorage } from "./storage.ts";

export interface DeliveryOptions {
  readonly book: Book;
  readonly storage: RegisterStorage;
  readonly outlet: Outlet;
  /** Whoever reads the active policy in Workers KV and acts on that, or writes it, does so in here. */
  readonly alone: Serial;
  /** How long a cached copy in Workers KV may show what was there before; milliseconds. */
  readonly settleMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Activations that are entered at once; after each such group it is noted how far it has come. */
const MOST_AT_ONCE = 6;

/** Of their texts together, unless one alone is longer: an isolate has 128 MB for everything. */
const BYTES_AT_ONCE = 8 * 1024 * 1024;

/** Documents that a cached copy may still show; older ones are told by their numbers. */
const MOST_REPLACED = 5;

/**
 * Each step does what is not noted as done, and notes it. A step that ended half-way is done again:
 * that writes the same once more.
 */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Enters activations into the history. Of several of one revision, the last one's document stays.
   *
   * @throws whatever the storage does; so do the other steps
   */
  async enter({ entries, spread }: RegisterState): Promise<StoreFailure | null> {
    const due = entries.filter(({ sequence }) => sequence > spread.entered);
    const last = new Map(due.map((entry) => [entry.stamp.revision, entry]));
    for (const group of groupsOf(due)) {
      const failures = await Promise.all(
        group.map((entry) => this.#enterOne(entry, last.get(entry.stamp.revision) === entry)),
      );
      const failure = failures.find((failure) => failure !== null);
      if (failure !== undefined) return failure;
      const entered = group.at(-1)!.sequence;
      await this.#note((spread) => ({ entered: Math.max(spread.entered, entered) }));
    }
    return null;
  }

  /** Puts the active policy there, unless a later one is there already. */
  show(head: Entry): Promise<StoreFailure | null> {
    const { book, outlet, alone, settleMs, now } = this.#options;
    return alone(async () => {
      const { spread } = await book.read();
      if (spread.shown >= head.sequence) return null;
      const identity = await this.#shownIdentity();
      if (identity !== null && "code" in identity) return identity;
      // Noted before anything is written: a cached copy may show it long after.
      await this.#note(({ replaced }) => ({
        showing: head.sequence,
        replaced: identity === null || replaced.some((known) => isSameIdentity(known, identity))
          ? replaced
          : [...replaced, identity].slice(-MOST_REPLACED),
        settledAtMs: now() + settleMs,
      }));
      const text = await this.#textOf(head);
      if (text === null) return DAMAGED;
      const failure = await outlet.putPolicy(text, head.stamp);
      if (failure !== null) return failure;
      await this.#note(({ shown }) => ({
        shown: Math.max(shown, head.sequence),
        settledAtMs: now() + settleMs,
      }));
      return null;
    });
  }

  /** Keeps the active policy as the last good one. */
  async keep(head: Entry, { kept }: Spread): Promise<StoreFailure | null> {
    if (kept >= head.sequence) return null;
    // The isolate that found it in KV has done that.
    const text = head.found ? null : await this.#textOf(head);
    const failure = text === null ? null : await this.#options.outlet.putLastGood(text, head.stamp);
    if (failure !== null) return failure;
    await this.#note(({ kept }) => ({ kept: Math.max(kept, head.sequence) }));
    return null;
  }

  /** Lets go of what the register has let go of. */
  async sweep({ entries, spread }: RegisterState): Promise<StoreFailure | null> {
    const { trimmed, swept } = spread;
    if (swept >= trimmed) return null;
    const failure = await this.#options.outlet.sweep(neededFor(entries.map(activationIn)));
    if (failure !== null) return failure;
    await this.#note(({ swept }) => ({ swept: Math.max(swept, trimmed) }));
    return null;
  }

  async #enterOne(entry: Entry, withDocument: boolean): Promise<StoreFailure | null> {
    const { outlet } = this.#options;
    // A document that has been let go of meanwhile, or is damaged, shall not hold up all others.
    const text = withDocument ? await this.#textOf(entry) : null;
    const failure = text === null ? null : await outlet.putRevision(text, entry.stamp);
    return failure ?? await outlet.putActivation(activationIn(entry), entry.stamp);
  }

  /** Of the policy that lies there; `null`: none does. Its text may be large, and is let go of. */
  async #shownIdentity(): Promise<Identity | StoreFailure | null> {
    const read = await this.#options.outlet.read();
    if (read.kind === "failed") return read.failure;
    return read.kind === "document" ? await identityOf(read.document) : null;
  }

  async #textOf({ document }: Entry): Promise<string | null> {
    return document === null ? null : await readText(this.#options.storage, document);
  }

  #note(change: (spread: Spread) => Partial<Spread>): Promise<void> {
    return this.#options.book.update((state) => ({
      step: spreading(state, { ...state.spread, ...change(state.spread) }),
      result: undefined,
    }));
  }
}

/** In their order, each within the limits. */
function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const group = groups.at(-1);
    const size = entry.document?.bytes ?? 0;
    bytes += size;
    if (group !== undefined && group.length < MOST_AT_ONCE && bytes <= BYTES_AT_ONCE) {
      group.push(entry);
    } else {
      groups.push([entry]);
      bytes = size;
    }
  }
  return groups;
}
