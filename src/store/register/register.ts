/**
 * The one place where pushes get their order. What it has accepted is stored here at once, document,
 * history and order together, and then brought to Workers KV, from which everybody reads.
 */
import type { Activation } from "../history.ts";
import type { Packed } from "../packed.ts";
import {
  type HistoryRead,
  revisionConflict,
  type StoreFailure,
  unreachable,
  type WriteOptions,
} from "../port.ts";
import type { Stamp } from "../stamp.ts";
import { Book } from "./book.ts";
import { Delivery } from "./delivery.ts";
import { DAMAGED, type DocumentRef, readPieces } from "./documents.ts";
import { activationIn } from "./entry.ts";
import { Finder } from "./finder.ts";
import type { Identity } from "./identity.ts";
import { draftOf, unknownIn } from "./listed.ts";
import type { Outlet } from "./outlet.ts";
import { serial } from "./serial.ts";
import { isSpread, NOTHING_SPREAD } from "./spread_state.ts";
import { standingOf } from "./standing.ts";
import { type Covered, Spreader } from "./spreader.ts";
import { append, begin, headOf, type Limits, type Step, waking } from "./state.ts";
import type { RegisterStorage } from "./storage.ts";

export interface RegisterOptions {
  readonly storage: RegisterStorage;
  readonly outlet: Outlet;
  readonly limits: Limits;
  /** How long a cached copy in Workers KV may show what was there before; milliseconds. */
  readonly settleMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** See `SpreaderOptions`. */
  readonly atMost: <T>(ms: number, work: Promise<T>) => Promise<T | null>;
  /** Told of each time that Workers KV could not be given what it lacks. */
  readonly onFailure: (failure: StoreFailure) => void;
}

/** A validated document on its way in. */
export interface RegisterPush extends Omit<Required<WriteOptions>, "ifRevision"> {
  readonly stamp: Stamp;
  /** `null`: whatever is active. */
  readonly ifRevision: string | null;
}

export type RegisterAnswer =
  /** It is in force, and nothing takes it back out of the history. */
  | { readonly kind: "accepted"; readonly stamp: Stamp } & Covered
  /** Nothing was stored. */
  | { readonly kind: "refused"; readonly failure: StoreFailure };

/** A document of the history. */
export type RegisterDocument =
  | {
    readonly kind: "document";
    readonly stamp: Stamp;
    readonly ref: DocumentRef;
    readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  }
  /** Workers KV's history has it. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

/** No operation rejects. */
export class Register {
  readonly #options: RegisterOptions;
  readonly #book: Book;
  readonly #finder: Finder;
  readonly #spreader: Spreader;

  constructor(options: RegisterOptions) {
    this.#options = options;
    const book = new Book({ storage: options.storage, begin: () => this.#begin() });
    const parts = { ...options, book, alone: serial() };
    this.#book = book;
    this.#finder = new Finder(parts);
    this.#spreader = new Spreader({ ...parts, delivery: new Delivery(parts) });
  }

  /**
   * Activates a document, if `ifRevision` is what is active at that moment. Answers when Workers KV
   * has it, too, or could not be given it for some seconds.
   */
  async push(
    { stamp, ifRevision, source, findings }: RegisterPush,
    document: Packed,
  ): Promise<RegisterAnswer> {
    const { limits, now } = this.#options;
    const draft = { stamp, source, findings, document, found: null, isNoted: false };
    try {
      const accepted = await this.#book.update<Stamp | StoreFailure>((state) => {
        const revision = headOf(state)?.stamp.revision ?? null;
        const conflict = revisionConflict(revision, ifRevision ?? undefined);
        if (conflict !== null) return { step: null, result: conflict };
        const step = append(state, [draft], limits, now());
        return { step: waking(step, now()), result: headOf(step.state)!.stamp };
      });
      if ("code" in accepted) return { kind: "refused", failure: accepted };
      const covered = await this.#spreader.covered(accepted.sequence!);
      return { kind: "accepted", stamp: accepted, ...covered };
    } catch (error) {
      return { kind: "refused", failure: notStored(error) };
    }
  }

  /** Whether a document in Workers KV is what is active here; `false` if that can't be told. */
  async isActive(asked: Identity): Promise<boolean> {
    try {
      return standingOf(asked, undefined, await this.#book.read()) === "active";
    } catch {
      return false;
    }
  }

  /**
   * Enters what somebody else has put into Workers KV.
   *
   * @param asked what an isolate has seen there
   * @returns `null`: it is what is active here; else why it is not, and may be later
   */
  async adopt(asked: Identity, activation: Activation): Promise<StoreFailure | null> {
    try {
      const failure = await this.#finder.adopt(asked, activation);
      if (failure === null) void this.#spreader.run();
      return failure;
    } catch (error) {
      return notStored(error);
    }
  }

  async history(): Promise<HistoryRead> {
    try {
      // What Workers KV holds can wait: this is the history all the same.
      await this.#finder.reconcile();
      const { entries, spread } = await this.#book.read();
      if (!isSpread(spread, entries.at(-1)?.sequence ?? 0)) void this.#spreader.run();
      return { kind: "history", activations: entries.map(activationIn).reverse() };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  /** A document as it was last active. */
  async document(revision: string): Promise<RegisterDocument> {
    try {
      const { entries } = await this.#book.read();
      const entry = entries.findLast(({ stamp }) => stamp.revision === revision);
      if (entry === undefined) return { kind: "missing" };
      const { stamp, document } = entry;
      if (document === null) return { kind: "elsewhere" };
      const pieces = await readPieces(this.#options.storage, document);
      if (pieces === null) return { kind: "failed", failure: DAMAGED };
      return { kind: "document", stamp, ref: document, pieces };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  /** Goes on spreading. To be called when the storage's alarm says so. */
  async wake(): Promise<void> {
    const { now } = this.#options;
    // The alarm that rings is gone: should this object end now, the next one has to ring as well.
    await this.#book.update((state) => ({
      step: waking({ state, change: { put: {}, remove: [] } }, now()),
      result: undefined,
    })).catch(() => {});
    await this.#spreader.run();
  }

  /** What there was before there was a register comes from Workers KV. */
  async #begin(): Promise<Step> {
    const { outlet, limits, now } = this.#options;
    const listing = await outlet.list();
    if (listing.kind === "failed") throw new Error(listing.failure.message);
    const unknown = unknownIn(listing.listed, { entries: [], spread: NOTHING_SPREAD }, now());
    return begin(unknown.map(draftOf), limits, now());
  }
}

const notStored = (error: unknown): StoreFailure => {
  const { code, message } = unreachable(error);
  return { code, message: `The register could not store it: ${message}` };
};
