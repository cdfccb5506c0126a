/** A toy policy language and stores that fail on demand. */
import type { Plan } from "../../src/plan/plan.ts";
import type { Finding } from "../../src/policy/finding.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { type Activation, activationOf } from "../../src/store/history.ts";
import type {
  HistoryRead,
  PolicyStore,
  StoredDocument,
  StoreFailure,
  StoreRead,
  StoreWrite,
  WriteOptions,
} from "../../src/store/port.ts";
import type { PolicyReader } from "../../src/store/reader.ts";
import type { Stamp } from "../../src/store/stamp.ts";
import type { FeedEvent } from "../../src/store/status.ts";
import { PolicyFeed } from "../../src/store/feed.ts";
import { revisionOf } from "../../src/policy/revision.ts";

export const finding = (path: string, message: string): Finding => ({
  code: "LIM000",
  severity: "error",
  path,
  line: 1,
  column: 1,
  message,
});

const parse = (text: string): unknown => JSON.parse(text.replaceAll(/^\/\/.*$/gm, ""));

export const revisionOfText = async (text: string): Promise<string> =>
  await revisionOf(parse(text));

export interface FakeReader extends PolicyReader {
  readonly calls: { validate: number; parse: number; compile: number };
}

/** Accepts an object of which all `keys`, and no others, may be there. */
export function fakeReader(
  { fingerprint = "v1", keys = ["name"], accept }: {
    fingerprint?: string;
    keys?: string[];
    accept?: (plan: Plan) => readonly Finding[];
  } = {},
): FakeReader {
  const calls = { validate: 0, parse: 0, compile: 0 };
  const complaints = (document: unknown): Finding[] =>
    typeof document !== "object" || document === null
      ? [finding("$", "expected an object")]
      : Object.keys(document).filter((key) => !keys.includes(key)).map((key) =>
        finding(key, "unknown key")
      );
  return {
    fingerprint,
    calls,
    validate: (text) => {
      calls.validate++;
      try {
        const document = parse(text);
        const findings = complaints(document);
        if (findings.length > 0) return { policy: null, findings };
        return { policy: document as Policy, document, findings };
      } catch {
        return { policy: null, findings: [finding("$", "no JSON")] };
      }
    },
    parseDocument: (text) => {
      calls.parse++;
      return parse(text);
    },
    revisionOf,
    compile: (policy, revision) => {
      calls.compile++;
      if (complaints(policy).length > 0) throw new TypeError("not a valid policy");
      return { revision } as Plan;
    },
    ...(accept ? { accept } : {}),
  };
}

export const policyText = (name: string): string => JSON.stringify({ name });

export async function stampFor(text: string, fingerprint = "v1"): Promise<Stamp> {
  return { revision: await revisionOfText(text), fingerprint, at: "2026-11-20T10:00:00.000Z" };
}

const down: StoreFailure = { code: "unreachable", message: "down" };

/** A store in memory. `down` makes every operation fail; `hold` keeps reads waiting. */
export class FakeStore implements PolicyStore {
  active: StoredDocument | null = null;
  readonly lastGood = new Map<string, StoredDocument>();
  /** Oldest first. */
  readonly activations: { readonly document: StoredDocument; readonly activation: Activation }[] =
    [];
  down = false;
  damaged: StoreFailure | null = null;
  reads = 0;
  /** Awaited after a read has taken its value, before it is answered. */
  hold: () => Promise<void> = () => Promise.resolve();
  /** Awaited after a write has been done, before it is answered. */
  holdWrite: () => Promise<void> = () => Promise.resolve();
  #version = 0;

  put(text: string, stamp: Stamp | null = null): StoredDocument {
    return this.active = { text, stamp, version: String(++this.#version) };
  }

  async read(known: StoredDocument | null): Promise<StoreRead> {
    this.reads++;
    const read = this.#answer(this.active, known);
    await this.hold();
    return read;
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    if (this.down) return Promise.resolve({ kind: "failed", failure: down });
    const document = this.lastGood.get(fingerprint);
    return Promise.resolve(document ? { kind: "document", document } : { kind: "missing" });
  }

  lastGoodFingerprints(): Promise<readonly string[]> {
    return Promise.resolve(this.down ? [] : [...this.lastGood.keys()].reverse());
  }

  async write(
    text: string,
    stamp: Stamp,
    { ifRevision, source = "push", findings = [] }: WriteOptions = {},
  ): Promise<StoreWrite> {
    if (this.down) return { kind: "failed", failure: down };
    const current = this.active;
    const revision = current?.stamp?.revision ??
      (current && await revisionOfText(current.text).catch(() => null));
    if (ifRevision !== undefined && ifRevision !== revision) {
      return { kind: "failed", failure: { code: "revision_conflict", message: "lost" } };
    }
    const sequence = this.activations.length + 1;
    const document = this.put(text, { ...stamp, sequence });
    this.activations.push({ document, activation: activationOf(stamp, source, findings) });
    this.damaged = null;
    this.lastGood.delete(stamp.fingerprint);
    this.lastGood.set(stamp.fingerprint, document);
    await this.holdWrite();
    return { kind: "written", document, lastGoodFailure: null, spreadFailure: null };
  }

  history(): Promise<HistoryRead> {
    if (this.down) return Promise.resolve({ kind: "failed", failure: down });
    const activations = this.activations.map(({ activation }) => activation).reverse();
    return Promise.resolve({ kind: "history", activations });
  }

  readRevision(revision: string): Promise<StoreRead> {
    if (this.down) return Promise.resolve({ kind: "failed", failure: down });
    const found = this.activations.findLast(({ activation }) => activation.revision === revision);
    return Promise.resolve(
      found ? { kind: "document", document: found.document } : { kind: "missing" },
    );
  }

  adopt(document: StoredDocument, tell: () => Activation): Promise<StoreFailure | null> {
    if (this.down) return Promise.resolve(down);
    const isNew = this.activations.at(-1)?.document.version !== document.version;
    if (isNew && this.active?.version === document.version) {
      this.activations.push({ document, activation: tell() });
    }
    return Promise.resolve(null);
  }

  writeLastGood(text: string, stamp: Stamp): Promise<StoreFailure | null> {
    if (this.down) return Promise.resolve(down);
    this.lastGood.set(stamp.fingerprint, { text, stamp, version: String(++this.#version) });
    return Promise.resolve(null);
  }

  #answer(document: StoredDocument | null, known: StoredDocument | null): StoreRead {
    if (this.down) return { kind: "failed", failure: down };
    if (this.damaged !== null) return { kind: "failed", failure: this.damaged };
    if (document === null) return { kind: "missing" };
    return document.version === known?.version
      ? { kind: "unchanged" }
      : { kind: "document", document };
  }
}

export interface FeedFixture {
  readonly feed: PolicyFeed;
  readonly log: FeedEvent[];
  readonly clock: { ms: number };
  /** Waits for what was put off. */
  readonly settle: () => Promise<void>;
}

export function feedOn(store: PolicyStore, reader: PolicyReader = fakeReader()): FeedFixture {
  const log: FeedEvent[] = [];
  const clock = { ms: Date.UTC(2026, 10, 20, 12) };
  const pending: Promise<void>[] = [];
  const feed = new PolicyFeed({
    store,
    reader,
    now: () => clock.ms,
    later: (work) => void pending.push(work),
    log: (event) => void log.push(event),
  });
  return { feed, log, clock, settle: async () => void await Promise.all(pending.splice(0)) };
}
