/** The stamp: what a push leaves beside a document, so that readers need not validate it again. */

export interface Stamp {
  /** First 12 hex digits of the SHA-256 of the document's canonical JSON. */
  readonly revision: string;
  /** Names the schema and rules that validated the document. */
  readonly fingerprint: string;
  /** When it was pushed, in ISO 8601. */
  readonly at: string;
  /** Who pushed it. */
  readonly by?: string;
  /** Why. */
  readonly message?: string;
  /** Its place in the history, 1 the first. Absent: whoever orders pushes has not seen it. */
  readonly sequence?: number;
}

/**
 * Reads a stamp from untrusted metadata.
 *
 * @returns `null` when `value` is not a whole stamp: the document counts as a raw put
 */
export function parseStamp(value: unknown): Stamp | null {
  if (typeof value !== "object" || value === null) return null;
  const { revision, fingerprint, at, by, message, sequence } = value as Record<string, unknown>;
  if (typeof revision !== "string" || !/^[0-9a-f]{12}$/.test(revision)) return null;
  if (typeof fingerprint !== "string" || fingerprint === "") return null;
  if (typeof at !== "string" || Number.isNaN(Date.parse(at))) return null;
  return {
    revision,
    fingerprint,
    at,
    ...(typeof by === "string" ? { by } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(Number.isSafeInteger(sequence) ? { sequence: sequence as number } : {}),
  };
}

/** `by` may take this share of the bytes; `message` gets what is left. */
const BY_SHARE = 1 / 4;

/** Ends what was cut. In ASCII, as workerd wants metadata. */
const MARK = "...";

/**
 * Cuts `by` and `message` until the stamp, as JSON in UTF-8, is at most `maxBytes` long.
 *
 * @param maxBytes large enough for revision, fingerprint and time: 512 or more
 */
export function fitStamp(stamp: Stamp, maxBytes: number): Stamp {
  const { by, message, ...rest } = stamp;
  let fitted: Stamp = rest;
  if (by !== undefined) {
    const room = Math.floor(maxBytes * BY_SHARE);
    fitted = { ...rest, by: cut(by, (part) => jsonBytes(part) <= room) };
  }
  if (message !== undefined) {
    const base = fitted;
    const fits = (part: string): boolean => jsonBytes({ ...base, message: part }) <= maxBytes;
    fitted = { ...base, message: cut(message, fits) };
  }
  return fitted;
}

const encoder = new TextEncoder();

const jsonBytes = (value: unknown): number => encoder.encode(JSON.stringify(value)).length;

/** The longest start of `text` that fits, with `MARK` at its end if it was cut. */
function cut(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text;
  // By code points, so that no surrogate pair is split.
  const points = [...text];
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(points.slice(0, middle).join("") + MARK)) low = middle;
    else high = middle - 1;
  }
  return points.slice(0, low).join("") + MARK;
}
