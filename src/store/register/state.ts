/** What the register knows, as a value; and how it changes, together with what is stored of that. */
import { fitFindings, HISTORY_FINDINGS_BYTES } from "../history.ts";
import type { Packed } from "../packed.ts";
import { fitStamp, type Stamp } from "../stamp.ts";
import { versionOf } from "../version.ts";
import { documentKeys, type DocumentRef, documentValues, refTo } from "./documents.ts";
import { type Entry, ENTRY_PREFIX, entryKey } from "./entry.ts";
import { NOTHING_SPREAD, type Spread } from "./spread_state.ts";
import type { Change, RegisterStorage } from "./storage.ts";

export interface RegisterState {
  /** Oldest first; the last one is in force. */
  readonly entries: readonly Entry[];
  readonly spread: Spread;
}

/** A state, and what has to be stored to make it so. */
export interface Step {
  readonly state: RegisterState;
  readonly change: Change;
}

/** An activation that is to be entered. */
export interface Draft {
  readonly stamp: Stamp;
  readonly source: Entry["source"];
  readonly findings: Entry["findings"];
  /** `null`: only Workers KV has it. */
  readonly document: Packed | null;
  /** Of what lies in Workers KV already; `null`: it is yet to be put there. */
  readonly found: string | null;
  /** Workers KV's history has it under its time. */
  readonly isNoted: boolean;
}

export interface Limits {
  /** How many activations are kept. */
  readonly kept: number;
  /** A stamp's end as JSON, in bytes: it becomes the metadata of keys. */
  readonly maxStampBytes: number;
}

/** Metadata may claim any sequence; from here on there would be no end to count to. */
const MAX_SEQUENCE = 1e12;

/** Longer than it mostly takes; milliseconds. */
export const INSURANCE_MS = 15_000;

const SPREAD_KEY = "spread";

export const headOf = ({ entries }: RegisterState): Entry | null => entries.at(-1) ?? null;

/**
 * @returns `null` when nothing was ever stored
 * @throws whatever the storage does
 */
export async function load(storage: RegisterStorage): Promise<RegisterState | null> {
  const [entries, stored] = [await storage.list(ENTRY_PREFIX), await storage.get([SPREAD_KEY])];
  const spread = stored.get(SPREAD_KEY) as Spread | undefined;
  if (spread === undefined) return null;
  return { entries: [...entries.values()] as Entry[], spread };
}

/** The first state: what there was before there was a register, oldest first. */
export function begin(drafts: readonly Draft[], limits: Limits, nowMs: number): Step {
  const step = append({ entries: [], spread: NOTHING_SPREAD }, drafts, limits, nowMs);
  const sequence = headOf(step.state)?.sequence ?? 0;
  return noting(step, { entered: sequence, shown: sequence, kept: sequence });
}

/**
 * Enters activations, in their order, and lets go of what is too old.
 *
 * @param nowMs milliseconds since the epoch
 */
export function append(
  { entries: before, spread }: RegisterState,
  drafts: readonly Draft[],
  limits: Limits,
  nowMs: number,
): Step {
  const entries = [...before];
  const put: Record<string, unknown> = {};
  for (const draft of drafts) {
    const document = draft.document === null ? null : place(draft.document, entries, put);
    const entry = entryOf(draft, document, entries, limits, nowMs);
    entries.push(entry);
    put[entryKey(entry.sequence)] = entry;
  }
  const dropped = entries.splice(0, Math.max(entries.length - limits.kept, 0));
  const needed = new Set(entries.map(({ document }) => document?.sha256));
  const remove = dropped.flatMap(({ sequence, document }) => [
    entryKey(sequence),
    ...(document === null || needed.has(document.sha256) ? [] : documentKeys(document)),
  ]);
  for (const key of remove) delete put[key];
  const trimmed = dropped.at(-1)?.sequence ?? spread.trimmed;
  const { state, change } = spreading({ entries, spread }, { ...spread, trimmed });
  return { state, change: { put: { ...put, ...change.put }, remove } };
}

/** Changes how far the spreading has come. */
export const spreading = ({ entries }: RegisterState, spread: Spread): Step => ({
  state: { entries, spread },
  change: { put: { [SPREAD_KEY]: spread }, remove: [] },
});

/** A step that changes that, too. */
export function noting({ state, change }: Step, spread: Partial<Spread>): Step {
  const noted = spreading(state, { ...state.spread, ...spread });
  return { state: noted.state, change: { ...change, put: { ...change.put, ...noted.change.put } } };
}

/** A step after which the register is woken should this object end before all is spread. */
export const waking = ({ state, change }: Step, nowMs: number): Step => ({
  state,
  change: { ...change, wakeAtMs: nowMs + INSURANCE_MS },
});

/** The same text is stored once. @param documents takes what has to be stored */
function place(
  packed: Packed,
  entries: readonly Entry[],
  documents: Record<string, unknown>,
): DocumentRef {
  const same = entries.find(({ document }) => document?.sha256 === packed.sha256);
  if (same?.document) return same.document;
  const ref = refTo(packed);
  Object.assign(documents, documentValues(ref, packed.packed));
  return ref;
}

function entryOf(
  { stamp: full, source, findings, found, isNoted }: Draft,
  document: DocumentRef | null,
  before: readonly Entry[],
  { kept, maxStampBytes }: Limits,
  nowMs: number,
): Entry {
  const sequence = Math.max(before.at(-1)?.sequence ?? 0, sequenceIn(full)) + 1;
  const isTaken = before.some(({ stamp: { at, revision } }) =>
    at === full.at && revision === full.revision
  );
  const at = isNoted && !isTaken ? notAfter(full.at, nowMs) : timeAfter(before, full.at, nowMs);
  const stamp = fitStamp({ ...full, at, sequence }, maxStampBytes);
  return {
    sequence,
    stamp,
    source,
    findings: fitFindings(findings, Math.floor(HISTORY_FINDINGS_BYTES / kept)),
    version: found ?? versionOf(stamp),
    document,
    found: found !== null,
  };
}

/** Another register's, from whose time `full` is: what is numbered here comes after it. */
const sequenceIn = ({ sequence = 0 }: Stamp): number => sequence < MAX_SEQUENCE ? sequence : 0;

/**
 * Isolates' clocks differ: what comes later has the later time all the same. So no two have the same
 * time and revision, which name them in Workers KV.
 */
function timeAfter(before: readonly Entry[], at: string, nowMs: number): string {
  const lastMs = before.reduce(
    (last, { stamp }) => Math.max(last, Date.parse(stamp.at)),
    -Infinity,
  );
  return new Date(Math.max(lastMs + 1, Date.parse(notAfter(at, nowMs)))).toISOString();
}

const notAfter = (at: string, nowMs: number): string =>
  Date.parse(at) > nowMs ? new Date(nowMs).toISOString() : at;
