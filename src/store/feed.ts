/**
 * The policy in force here. A feed follows the store and, whatever it meets there, keeps the
 * last policy that it could run: requests read `active` and never wait for the store.
 */
import type { Finding } from "../policy/finding.ts";
import { Adoption, foreign } from "./adoption.ts";
import { judge, type Judged } from "./judge.ts";
import { findLastGood } from "./last_good.ts";
import {
  type HistoryRead,
  type PolicyStore,
  type StoredDocument,
  type StoreFailure,
  type StoreRead,
  unreachable,
} from "./port.ts";
import { push, type PushOptions, type PushRefused } from "./push.ts";
import type { PolicyReader } from "./reader.ts";
import type { Stamp } from "./stamp.ts";
import type { ActivePolicy, FeedError, FeedEvent, FeedStatus } from "./status.ts";

export type PushResult =
  | {
    readonly ok: true;
    readonly revision: string;
    /** Warnings. */
    readonly findings: readonly Finding[];
    /** Why readers elsewhere can't see it yet; `null`: they can. */
    readonly spreadFailure: StoreFailure | null;
  }
  | PushRefused;

/** Lets work outlive the request that started it. `work` never rejects. */
export type Later = (work: Promise<void>) => void;

export interface FeedOptions {
  readonly store: PolicyStore;
  readonly reader: PolicyReader;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly later: Later;
  readonly log: (event: FeedEvent) => void;
}

/** Each look that finds the feed changed under it is repeated, so often at most. */
const MAX_LOOKS = 4;

type Good = Judged & { readonly ok: true };

export class PolicyFeed {
  readonly #options: FeedOptions;
  #active: ActivePolicy | null = null;
  /** The store's document as last seen, good or bad: it is not judged twice. */
  #seen: StoredDocument | null = null;
  /** What is wrong with `#seen`. */
  #verdict: FeedError | null = null;
  #error: FeedError | null = null;
  readonly #adoption: Adoption;
  /** Counts changes of `#seen`. */
  #changes = 0;
  #startedMs = -Infinity;
  #checkedMs: number | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#adoption = new Adoption({
      store: options.store,
      onFailure: (revision, failure) =>
        options.log({ event: "history_not_kept", revision, failure }),
    });
  }

  /** How policies are read here. */
  get reader(): PolicyReader {
    return this.#options.reader;
  }

  get active(): ActivePolicy | null {
    return this.#active;
  }

  status(): FeedStatus {
    return {
      revision: this.#active?.revision ?? null,
      activeSince: this.#active?.since ?? null,
      lastCheck: this.#checkedMs === null ? null : new Date(this.#checkedMs).toISOString(),
      lastError: this.#error,
    };
  }

  /** Whether the last refresh began `refreshMs` ago or earlier. */
  due(refreshMs: number): boolean {
    return this.#options.now() - this.#startedMs >= refreshMs;
  }

  /**
   * Looks at the store once. Never rejects. Concurrent calls are independent and harmless:
   * on Workers, a promise must not be shared between requests.
   *
   * @param later where each request has its own, this request's
   */
  async refresh(later: Later = this.#options.later): Promise<void> {
    this.#startedMs = this.#options.now();
    for (let look = 0; look < MAX_LOOKS; look++) {
      if (await this.#look(later)) break;
    }
    if (this.#active === null) await this.#fallBack();
  }

  /** Validates, tests, stores and, at once, follows `text`. */
  async push(text: string, options: PushOptions = {}): Promise<PushResult> {
    // Or a put that nobody has noticed so far would be missing from the history.
    await this.#catchUp();
    const changes = this.#changes;
    const pushed = await push(text, options, this.#options);
    if (!pushed.ok) return pushed;
    const { revision, findings, document, lastGoodFailure, spreadFailure } = pushed;
    this.#report(lastGoodFailure);
    // Another document may have come meanwhile: their places in the history tell which is newer.
    let isNewest = this.#changes === changes || isAfter(document, this.#seen);
    if (isNewest === null) {
      await this.refresh();
      isNewest = this.#error !== null;
    }
    if (isNewest) this.#take(document, { ...pushed, validated: true }, "push");
    return { ok: true, revision, findings, spreadFailure };
  }

  /** Pushes what was in force before, as it was. */
  async rollback(
    revision: string,
    options: Omit<PushOptions, "source"> = {},
  ): Promise<PushResult> {
    const read = await this.readRevision(revision);
    if (read.kind === "failed") return { ok: false, ...read.failure };
    if (read.kind !== "document") {
      const message = `The history holds no revision ${revision}`;
      return { ok: false, code: "unknown_revision", message };
    }
    const message = options.message ?? `rollback to ${revision}`;
    return await this.push(read.document.text, { ...options, message, source: "rollback" });
  }

  /** What was in force, newest first: what has just been put into the store, too. */
  async history(): Promise<HistoryRead> {
    await this.#catchUp();
    return await this.#options.store.history();
  }

  /** The document of a revision; "missing" when the history does not hold it. */
  async readRevision(revision: string): Promise<StoreRead> {
    await this.#catchUp();
    return await this.#options.store.readRevision(revision);
  }

  /** Looks at the store, and waits for what has to be done about what is found there. */
  async #catchUp(): Promise<void> {
    const works: Promise<void>[] = [];
    await this.refresh((work) => void works.push(work));
    await Promise.all(works);
  }

  /** @returns `false` when the feed changed since the read began, which may thus be the older one */
  async #look(later: Later): Promise<boolean> {
    const { store, now } = this.#options;
    const [changes, seen] = [this.#changes, this.#seen];
    const read = await attempt(() => store.read(seen));
    const judged = read.kind === "document" ? await this.#judge(read.document) : null;
    if (this.#changes !== changes) return false;
    this.#checkedMs = now();
    if (read.kind === "document" && judged !== null) this.#follow(read.document, judged, later);
    else if (read.kind === "unchanged") {
      this.#note(this.#verdict);
      if (this.#adoption.isDue) later(this.#adoption.run());
    } else if (read.kind === "failed") this.#note(this.#failure(read.failure));
    else this.#forget();
    return true;
  }

  /** A revision that is in force already needs no second plan. */
  #judge(document: StoredDocument): Promise<Judged> {
    const { reader } = this.#options;
    const { text, stamp } = document;
    const active = this.#active;
    if (active && stamp?.fingerprint === reader.fingerprint && stamp.revision === active.revision) {
      const { plan, revision } = active;
      return Promise.resolve({ ok: true, plan, revision, findings: [], validated: false });
    }
    return judge(text, stamp, reader);
  }

  #follow(document: StoredDocument, judged: Judged, later: Later): void {
    if (judged.ok) {
      this.#take(document, judged, "store");
      if (judged.validated) later(this.#keep(document, judged.revision));
      if (this.#adoption.isDue) later(this.#adoption.run());
      return;
    }
    this.#see(document);
    const { message, findings } = judged;
    this.#verdict = this.#failure({ code: "invalid_policy", message, findings });
    this.#note(this.#verdict);
  }

  #take(document: StoredDocument, judged: Good, from: "store" | "push"): void {
    this.#see(document);
    this.#activate(document, judged, from);
    this.#note(null);
    const { reader } = this.#options;
    // Where a stamp's word was taken, nobody has asked for warnings.
    const findings = (): readonly Finding[] =>
      judged.validated ? judged.findings : reader.validate(document.text).findings;
    const put = this.#stampOf(document, judged.revision);
    this.#adoption.follow(foreign(document, put, findings));
  }

  #see(document: StoredDocument | null): void {
    this.#changes++;
    this.#seen = document;
    this.#verdict = null;
  }

  #forget(): void {
    if (this.#seen !== null) this.#see(null);
    this.#note(this.#failure({ code: "missing", message: "The store holds no policy" }));
  }

  #activate(document: StoredDocument, judged: Good, from: "store" | "push" | "last_good"): void {
    const { text, stamp } = document;
    const { revision, plan, validated } = judged;
    const active = this.#active;
    if (active?.revision === revision) {
      this.#active = { ...active, text, stamp };
      return;
    }
    const since = new Date(this.#options.now()).toISOString();
    this.#active = { plan, text, revision, stamp, since };
    this.#options.log({ event: "policy_activated", revision, from, validated });
  }

  async #fallBack(): Promise<void> {
    const { store, reader } = this.#options;
    const found = await findLastGood(store, reader).catch(() => null);
    // A refresh beside this one may have found something better meanwhile.
    if (found !== null && this.#active === null) {
      this.#activate(found.document, found.judged, "last_good");
    }
  }

  /** Stamps and keeps a document that came without this Limen's stamp, for isolates yet to start. */
  async #keep(document: StoredDocument, revision: string): Promise<void> {
    const { store } = this.#options;
    const stamped = this.#stampOf(document, revision);
    this.#report(await store.writeLastGood(document.text, stamped).catch(unreachable));
  }

  /** Of this Limen, whatever stamp `document` has. */
  #stampOf({ stamp }: StoredDocument, revision: string): Stamp {
    const { reader, now } = this.#options;
    const at = stamp?.at ?? new Date(now()).toISOString();
    return { ...stamp, revision, fingerprint: reader.fingerprint, at };
  }

  #report(failure: StoreFailure | null): void {
    if (failure !== null) this.#options.log({ event: "last_good_not_saved", failure });
  }

  #failure(what: Omit<FeedError, "at">): FeedError {
    return { ...what, at: new Date(this.#options.now()).toISOString() };
  }

  /** Logs an error when it begins and when it ends, not at every look in between. */
  #note(error: FeedError | null): void {
    const before = this.#error;
    if (error === before || (error !== null && before !== null && isSame(error, before))) return;
    this.#error = error;
    const revision = this.#active?.revision ?? null;
    if (error !== null) this.#options.log({ event: "policy_error", revision, error });
    else if (revision !== null) this.#options.log({ event: "policy_recovered", revision });
  }
}

/** @returns `null` where one has no place in the history: the store knows which is newer */
function isAfter(document: StoredDocument, seen: StoredDocument | null): boolean | null {
  const [own, other] = [document.stamp?.sequence, seen?.stamp?.sequence];
  return own === undefined || other === undefined ? null : own > other;
}

const isSame = (a: FeedError, b: FeedError): boolean =>
  a.code === b.code && a.message === b.message && a.findings === b.findings;

/** The port promises not to reject; the feed's promise not to must not hang on it. */
async function attempt(read: () => Promise<StoreRead>): Promise<StoreRead> {
  try {
    return await read();
  } catch (error) {
    return { kind: "failed", failure: unreachable(error) };
  }
}
