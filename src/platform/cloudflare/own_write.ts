/** An isolate sees its own writes at once, though Workers KV may not show them for a while. */
import type { StoredDocument, StoreRead } from "../../store/port.ts";
import { SETTLE_MS } from "./kv_namespace.ts";

/** Texts may be large; more pushes than this within `SETTLE_MS` are told apart by their times. */
const MAX_REPLACED = 3;

/** What this isolate wrote last, for as long as KV may not show it yet. */
interface Own {
  readonly document: StoredDocument;
  /** What was there before, the latest last: what a stale read may answer. */
  readonly replaced: readonly StoredDocument[];
  readonly untilMs: number;
}

export class OwnWrite {
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  #own: Own | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param before what was there, as far as KV showed it */
  wrote(document: StoredDocument, before: StoredDocument | null): void {
    const nowMs = this.#now();
    const own = this.#own !== null && nowMs < this.#own.untilMs ? this.#own : null;
    const untilMs = nowMs + SETTLE_MS;
    if (own !== null && sequenceOf(own.document) > sequenceOf(document)) {
      this.#own = { ...own, replaced: [document, ...own.replaced].slice(-MAX_REPLACED), untilMs };
      return;
    }
    const replaced = [...own?.replaced ?? [], ...(before === null ? [] : [before])];
    this.#own = { document, replaced: replaced.slice(-MAX_REPLACED), untilMs };
  }

  /** A read as it will be once KV shows this isolate's own last write. */
  settled(read: StoreRead): StoreRead {
    const own = this.#own;
    if (own === null || this.#now() >= own.untilMs) return read;
    if (isOlder(read, own)) return { kind: "document", document: own.document };
    // KV has caught up: whatever it answers from now on is news.
    if (read.kind === "document") this.#own = null;
    return read;
  }
}

/** `versionOf` fits any document with its stamp; the texts are compared as well. */
export const isSame = (a: StoredDocument, b: StoredDocument): boolean =>
  a.version === b.version && a.text === b.text;

const sequenceOf = ({ stamp }: StoredDocument): number => stamp?.sequence ?? 0;

/** Whether `read` surely is from before `own`. */
function isOlder(read: StoreRead, { document, replaced }: Own): boolean {
  if (read.kind === "missing") return true;
  if (read.kind !== "document" || isSame(read.document, document)) return false;
  if (replaced.some((before) => isSame(read.document, before))) return true;
  const [a, b] = [read.document.stamp, document.stamp];
  if (a === null || b === null) return false;
  const isNumbered = a.sequence !== undefined && b.sequence !== undefined;
  return isNumbered ? a.sequence < b.sequence : a.at < b.at;
}
