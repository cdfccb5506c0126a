/** The history in Deno KV: an entry for each activation, numbered in the order in which they came. */
import {
  type Activation,
  activationOf,
  type ActivationSource,
  parseActivation,
} from "../../store/history.ts";
import type { Stamp } from "../../store/stamp.ts";
import type { Kv } from "./kv_document.ts";
import {
  ACTIVATION_PREFIX,
  type Chunked,
  HISTORY_PREFIX,
  parseChunked,
  parsePointer,
  type Pointer,
} from "./kv_layout.ts";

const KIND = "limen.activation";
const FORMAT = 1;

/** What stands under `activationKey`. */
export interface ActivationEntry {
  readonly kind: typeof KIND;
  readonly format: typeof FORMAT;
  /**
   * `Activation` as JSON in UTF-8, of which the bytes can be counted: in a string of Deno KV's, one
   * character beyond Latin-1 makes every other one take two.
   */
  readonly activation: Uint8Array<ArrayBuffer>;
  readonly document: Chunked;
  /** Names the rules that validated the document when it was pushed; `null` after a raw put. */
  readonly fingerprint: string | null;
  /** Of the value that was noticed under `POLICY_KEY`; absent: the entry was written along with it. */
  readonly adopted?: string;
}

/** An entry as it was found. */
export interface Entered {
  readonly sequence: number;
  readonly activation: Activation;
  readonly document: Chunked;
  /** `null` after a raw put. */
  readonly stamp: Stamp | null;
  readonly adopted: string | null;
  readonly versionstamp: string;
}

export const activationEntry = (
  activation: Activation,
  fields: Pick<ActivationEntry, "document" | "fingerprint" | "adopted">,
): ActivationEntry => ({
  kind: KIND,
  format: FORMAT,
  activation: new TextEncoder().encode(JSON.stringify(activation)),
  ...fields,
});

/** @returns `null` for what only another Limen can have written */
export function parseEntry({ key, value, versionstamp }: Deno.KvEntry<unknown>): Entered | null {
  if (typeof value !== "object" || value === null) return null;
  const { kind, format, activation, document, fingerprint, adopted } = value as Record<
    string,
    unknown
  >;
  if (kind !== KIND || format !== FORMAT || !(activation instanceof Uint8Array)) return null;
  const [parsed, chunked] = [parseActivation(parseJson(activation)), parseChunked(document)];
  if (parsed === null || chunked === null) return null;
  const sequence = Number(key.at(-1));
  return {
    sequence,
    activation: parsed,
    document: chunked,
    stamp: typeof fingerprint === "string" ? stampOf(parsed, fingerprint, sequence) : null,
    adopted: typeof adopted === "string" ? adopted : null,
    versionstamp,
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

const stampOf = (
  { revision, at, by, message }: Activation,
  fingerprint: string,
  sequence: number,
): Stamp => ({
  revision,
  fingerprint,
  at,
  ...(by === null ? {} : { by }),
  ...(message === null ? {} : { message }),
  sequence,
});

/** The end of the history. */
export interface Newest {
  /** 0 where there is none. */
  readonly sequence: number;
  /** What it was adopted from; `null`: it was not. */
  readonly adopted: string | null;
}

/** @throws whatever Deno KV does */
export async function newestActivation(kv: Kv): Promise<Newest> {
  for await (const entry of kv.list({ prefix: ACTIVATION_PREFIX }, { limit: 1, reverse: true })) {
    return { sequence: Number(entry.key.at(-1)), adopted: parseEntry(entry)?.adopted ?? null };
  }
  return { sequence: 0, adopted: null };
}

/**
 * Newest first, `most` at the most.
 *
 * @throws whatever Deno KV does
 */
export async function* activations(
  kv: Kv,
  most: number,
): AsyncGenerator<Entered | "unsupported"> {
  const newestFirst = { limit: most, reverse: true };
  for await (const entry of kv.list({ prefix: ACTIVATION_PREFIX }, newestFirst)) {
    yield parseEntry(entry) ?? "unsupported";
  }
}

/** An entry that a Limen without sequence numbers has left. */
export interface Old {
  readonly entry: Deno.KvEntry<unknown>;
  readonly pointer: Pointer | "unsupported";
}

/**
 * What older versions of Limen have left, newest first: by versionstamp, for clocks may differ.
 *
 * @throws whatever Deno KV does
 */
export async function oldActivations(kv: Kv): Promise<Old[]> {
  const entries = await Array.fromAsync(kv.list({ prefix: HISTORY_PREFIX }));
  return entries
    .sort((a, b) => a.versionstamp < b.versionstamp ? 1 : -1)
    .map((entry) => ({ entry, pointer: parsePointer(entry.value) ?? "unsupported" }));
}

/** An old entry tells neither of findings nor of rollbacks. */
export const oldActivation = ({ stamp }: Pointer): Activation =>
  activationOf(stamp, "push" satisfies ActivationSource, []);
