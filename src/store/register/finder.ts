/** Enters into the register what was put into Workers KV by others. */
import { foreignStamp } from "../foreign_stamp.ts";
import type { Activation, ActivationSource } from "../history.ts";
import { pack, type Packed } from "../packed.ts";
import type { StoredDocument, StoreFailure } from "../port.ts";
import type { Book } from "./book.ts";
import { draftOf, unknownIn } from "./listed.ts";
import { type Identity, identityOf, isSameIdentity } from "./identity.ts";
import type { Listed, Outlet } from "./outlet.ts";
import type { Serial } from "./serial.ts";
import { standingOf } from "./standing.ts";
import {
  append,
  type Draft,
  headOf,
  type Limits,
  noting,
  type RegisterState,
  waking,
} from "./state.ts";

export interface FinderOptions {
  readonly book: Book;
  readonly outlet: Outlet;
  /** See `DeliveryOptions`. */
  readonly alone: Serial;
  readonly limits: Limits;
  /** See `DeliveryOptions`. */
  readonly settleMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What was found, and how it shall be told of. */
interface Find {
  readonly document: StoredDocument;
  readonly identity: Identity;
  readonly activation: Activation;
}

const notYet = (message: string): StoreFailure => ({ code: "unreachable", message });

const ON_ITS_WAY = notYet("A push is on its way to Workers KV: it is to be asked again");
const NOT_VISIBLE = notYet(
  "Workers KV shows the register another document so far: it is to be asked again",
);
const UNSETTLED = notYet(
  "Workers KV may show a copy of what was replaced lately: it is to be asked again",
);

/** What KV has not shown, a cache goes on not showing for about so long; milliseconds. */
const LOOK_AGAIN_MS = 10_000;

export class Finder {
  readonly #options: FinderOptions;
  /** What KV did not show when somebody told of it. */
  #missed: { readonly identity: Identity; readonly untilMs: number } | null = null;

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /**
   * Makes a document in KV the active one, if KV has it and it came after what is active here. What
   * others have entered into KV's history comes along.
   *
   * @throws whatever the storage does; so does `reconcile`
   */
  async adopt(asked: Identity, activation: Activation): Promise<StoreFailure | null> {
    const { alone, book, now } = this.#options;
    return await alone(async () => {
      // Thousands of isolates may tell of it within the same moments: KV is read for one of them.
      if (standingOf(asked, undefined, await book.read()) === "active") return null;
      const missed = this.#missed;
      const isMissed = missed !== null && isSameIdentity(missed.identity, asked);
      if (isMissed && now() < missed.untilMs) return NOT_VISIBLE;
      const failure = await this.#look(
        ({ identity }) => isSameIdentity(identity, asked) ? activation : NOT_VISIBLE,
        NOT_VISIBLE,
      );
      if (failure === NOT_VISIBLE) {
        this.#missed = { identity: asked, untilMs: now() + LOOK_AGAIN_MS };
      }
      return failure;
    });
  }

  /**
   * Makes what KV holds the active document if the register has had it before: somebody has put it
   * back with its stamp, by which every isolate takes it for pushed.
   */
  async reconcile(): Promise<StoreFailure | null> {
    const { alone, book, now } = this.#options;
    if (!isSettled(await book.read(), now())) return UNSETTLED;
    return await alone(() =>
      this.#look(({ document, identity }, state) => {
        const { stamp } = document;
        if (stamp === null || standingOf(identity, stamp.sequence, state) !== "older") return null;
        const at = new Date(now()).toISOString();
        const unsaid = { by: null, message: null, findings: [] };
        const source: ActivationSource = "put";
        return { revision: stamp.revision, at, source, ...unsaid };
      }, null)
    );
  }

  /**
   * To be run alone.
   *
   * @param decide how to enter what KV holds, or why not to; `null`: there is no need to
   * @param missing the answer when it holds nothing
   */
  async #look(
    decide: (
      found: Omit<Find, "activation">,
      state: RegisterState,
    ) => Activation | StoreFailure | null,
    missing: StoreFailure | null,
  ): Promise<StoreFailure | null> {
    const { outlet, book } = this.#options;
    const read = await outlet.read();
    if (read.kind === "failed") return read.failure;
    if (read.kind !== "document") return missing;
    const { document } = read;
    const identity = await identityOf(document);
    const state = await book.read();
    const decided = decide({ document, identity }, state);
    if (decided === null || "code" in decided) return decided;
    return await this.#enter({ document, identity, activation: decided }, state);
  }

  async #enter(find: Find, state: RegisterState): Promise<StoreFailure | null> {
    const { book, outlet, limits, settleMs, now } = this.#options;
    const head = headOf(state);
    const standing = standingOf(find.identity, find.document.stamp?.sequence, state);
    if (standing === "active") return null;
    const { shown, showing } = state.spread;
    // As far as anybody knows, it is what that push is about to replace.
    if (head !== null && shown < head.sequence && showing < head.sequence) return ON_ITS_WAY;
    if (standing === "older" && !isSettled(state, now())) return UNSETTLED;
    const listing = await outlet.list();
    if (listing.kind === "failed") return listing.failure;
    const unknown = unknownIn(listing.listed, state, now());
    const packed = await pack(find.document.text);
    const drafts = draftsOf(find, packed, unknown);
    return await book.update((state) => {
      if (headOf(state)?.sequence !== head?.sequence) return { step: null, result: ON_ITS_WAY };
      const step = append(state, drafts, limits, now());
      // It is there already: what was to be put there is overtaken.
      const there = { shown: headOf(step.state)!.sequence, settledAtMs: now() + settleMs };
      return { step: waking(noting(step, there), now()), result: null };
    });
  }
}

/** Whether what KV shows is neither from before the last push nor about to be replaced. */
const isSettled = (state: RegisterState, nowMs: number): boolean =>
  state.spread.shown >= (headOf(state)?.sequence ?? 0) && nowMs >= state.spread.settledAtMs;

/** What others have noted, and then the find itself: as one of them has noted it, maybe. */
function draftsOf(
  { document, identity, activation }: Find,
  packed: Packed,
  unknown: readonly Listed[],
): Draft[] {
  const { stamp } = document;
  const isNote = ({ activation: { revision, at, source } }: Listed): boolean =>
    revision === activation.revision &&
    (stamp === null ? source === "put" : at === activation.at);
  const note = unknown.findLast(isNote);
  const told = note?.activation ?? activation;
  return [
    ...unknown.filter((listed) => listed !== note).map(draftOf),
    {
      stamp: foreignStamp(stamp, told),
      source: told.source,
      findings: told.findings,
      document: packed,
      found: identity.version,
      isNoted: note !== undefined || told.at === stamp?.at,
    },
  ];
}
