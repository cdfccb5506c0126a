/**
 * The policy in Workers KV alone. The active document lies under `policy` exactly as pushed, its
 * stamp in the key's metadata, so that `wrangler kv key put` is a legal push. KV has no
 * compare-and-swap: who orders pushes is the register, where a deployment has one.
 */
import { type Activation, activationOf } from "../../store/history.ts";
import { foreignStamp } from "../../store/foreign_stamp.ts";
import {
  type HistoryRead,
  type PolicyStore,
  revisionConflict,
  type StoredDocument,
  type StoreFailure,
  type StoreRead,
  type StoreWrite,
  type WriteOptions,
} from "../../store/port.ts";
import { neededFor } from "../../store/register/outlet.ts";
import { fitStamp, parseStamp, type Stamp } from "../../store/stamp.ts";
import { versionOf } from "../../store/version.ts";
import { KvHistory } from "./kv_history.ts";
import { KvAccess, MAX_STAMP_BYTES, type PolicyNamespace, SETTLE_MS } from "./kv_namespace.ts";
import { isSame, OwnWrite } from "./own_write.ts";

export interface KvPolicyStoreOptions {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** How many activations are kept; absent: nothing is deleted. */
  readonly historyKept?: number;
}

export const POLICY_KEY = "policy";
const LAST_GOOD_PREFIX = "last-good/";
export const lastGoodKey = (fingerprint: string): string => LAST_GOOD_PREFIX + fingerprint;

/** What this isolate has entered, for as long as a listing may lack it. */
interface OwnActivation {
  readonly activation: Activation;
  readonly untilMs: number;
}

export class KvPolicyStore implements PolicyStore {
  readonly #kv: KvAccess;
  readonly #history: KvHistory;
  readonly #options: KvPolicyStoreOptions;
  readonly #own: OwnWrite;
  #entered: readonly OwnActivation[] = [];

  constructor(kv: PolicyNamespace, options: KvPolicyStoreOptions) {
    this.#kv = new KvAccess(kv, options);
    this.#history = new KvHistory(this.#kv);
    this.#own = new OwnWrite(options.now);
    this.#options = options;
  }

  async read(known: StoredDocument | null): Promise<StoreRead> {
    const read = this.#own.settled(await this.#kv.read(POLICY_KEY));
    if (read.kind !== "document" || known === null) return read;
    return isSame(read.document, known) ? { kind: "unchanged" } : read;
  }

  /** Of two writes within the same moments, the later one wins, whatever `ifRevision` said. */
  async write(text: string, full: Stamp, options: WriteOptions = {}): Promise<StoreWrite> {
    const { source = "push", findings = [], ifRevision } = options;
    const stamp = fitStamp(full, MAX_STAMP_BYTES);
    const read = await this.read(null);
    if (read.kind === "failed") return read;
    const current = read.kind === "document" ? read.document : null;
    const conflict = await this.#conflict(current, ifRevision);
    if (conflict !== null) return { kind: "failed", failure: conflict };
    // History first: what is active is never missing from it.
    const failure = await this.#enter(text, stamp, activationOf(stamp, source, findings)) ??
      await this.#kv.put(POLICY_KEY, text, stamp);
    if (failure !== null) return { kind: "failed", failure };
    const document = { text, stamp, version: versionOf(stamp) };
    this.wrote(document, current);
    // Read back: where KV shows the write at once, as local ones do, nothing is held against it.
    await this.read(null);
    // Whatever a cache shows there: after a rollback within its time, that is what was rolled back.
    const key = lastGoodKey(stamp.fingerprint);
    const lastGoodFailure = await this.#kv.put(key, text, stamp, false);
    await this.#trim();
    return { kind: "written", document, lastGoodFailure, spreadFailure: null };
  }

  /** From here on, for as long as KV may not show it, reads see a document that was just written. */
  wrote(document: StoredDocument, before: StoredDocument | null): void {
    this.#own.wrote(document, before);
  }

  async history(): Promise<HistoryRead> {
    const read = await this.#history.history();
    if (read.kind === "failed") return read;
    const listed = new Set(read.activations.map(nameOf));
    const unlisted = this.#recent()
      .map(({ activation }) => activation)
      .filter((activation) => !listed.has(nameOf(activation)));
    if (unlisted.length === 0) return read;
    const all = [...unlisted.reverse(), ...read.activations];
    const activations = all.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
    return { kind: "history", activations };
  }

  readRevision(revision: string): Promise<StoreRead> {
    return this.#history.readRevision(revision);
  }

  /** Isolates that do this at the same moment may each enter it. */
  async adopt(document: StoredDocument, tell: () => Activation): Promise<StoreFailure | null> {
    const { text, stamp } = document;
    const isThere = stamp === null
      ? await this.#isNewest(tell().revision)
      : await this.#history.has(stamp);
    if (typeof isThere !== "boolean") return isThere;
    if (isThere) return null;
    const read = await this.read(document);
    if (read.kind === "failed") return read.failure;
    if (read.kind !== "unchanged") return null;
    const activation = tell();
    const entered = fitStamp(foreignStamp(stamp, activation), MAX_STAMP_BYTES);
    return await this.#enter(text, entered, activation);
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    return this.#kv.read(lastGoodKey(fingerprint));
  }

  async lastGoodFingerprints(): Promise<readonly string[]> {
    try {
      const keys = await this.#kv.keys(LAST_GOOD_PREFIX);
      const at = (metadata: unknown): string => parseStamp(metadata)?.at ?? "";
      return keys
        .toSorted((a, b) => at(b.metadata).localeCompare(at(a.metadata)))
        .map(({ name }) => name.slice(LAST_GOOD_PREFIX.length));
    } catch {
      return [];
    }
  }

  /** Written once, without retries: many isolates may find the same document good at one time. */
  async writeLastGood(text: string, full: Stamp): Promise<StoreFailure | null> {
    const stamp = fitStamp(full, MAX_STAMP_BYTES);
    const there = await this.readLastGood(stamp.fingerprint);
    if (there.kind === "document" && there.document.stamp?.revision === stamp.revision) return null;
    return await this.#kv.put(lastGoodKey(stamp.fingerprint), text, stamp, false);
  }

  async #isNewest(revision: string): Promise<boolean | StoreFailure> {
    const history = await this.history();
    return history.kind === "failed"
      ? history.failure
      : history.activations[0]?.revision === revision;
  }

  async #enter(text: string, stamp: Stamp, activation: Activation): Promise<StoreFailure | null> {
    const failure = await this.#history.putRevision(text, stamp) ??
      await this.#history.putActivation(activation, stamp);
    if (failure !== null) return failure;
    const untilMs = this.#options.now() + SETTLE_MS;
    this.#entered = [...this.#recent(), { activation, untilMs }];
    return null;
  }

  #recent(): readonly OwnActivation[] {
    const nowMs = this.#options.now();
    return this.#entered.filter(({ untilMs }) => nowMs < untilMs);
  }

  /** What is left over goes after the next write. */
  async #trim(): Promise<void> {
    const { historyKept = Infinity } = this.#options;
    if (historyKept === Infinity) return;
    const history = await this.history();
    if (history.kind === "failed" || history.activations.length <= historyKept) return;
    const needed = neededFor(history.activations.slice(0, historyKept));
    this.#entered = this.#recent().filter(({ activation }) => activation.at >= needed.since);
    await this.#history.sweep(needed);
  }

  async #conflict(
    current: StoredDocument | null,
    ifRevision: string | undefined,
  ): Promise<StoreFailure | null> {
    if (ifRevision === undefined) return null;
    const revision = current === null ? null : await this.#revisionOf(current);
    return revisionConflict(revision, ifRevision);
  }

  async #revisionOf({ text, stamp }: StoredDocument): Promise<string | null> {
    return stamp?.revision ?? await this.#options.revisionOf(text).catch(() => null);
  }
}

const nameOf = ({ at, revision }: Activation): string => `${at}/${revision}`;
