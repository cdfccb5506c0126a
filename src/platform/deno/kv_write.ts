/** A push into Deno KV, ordered among all others. */
import { activationOf } from "../../store/history.ts";
import { revisionConflict, type StoreWrite, type WriteOptions } from "../../store/port.ts";
import type { Stamp } from "../../store/stamp.ts";
import { activationEntry, newestActivation } from "./kv_activation.ts";
import { collectBehind, type CollectOptions } from "./kv_collect.ts";
import { type Kv, writeDocument } from "./kv_document.ts";
import { enter } from "./kv_enter.ts";
import { lastGoodKey, parsePointer, pointer, POLICY_KEY } from "./kv_layout.ts";
import { rawText } from "./kv_read.ts";
import { type Pause, untilFirst } from "./kv_tries.ts";

export interface Written extends WriteOptions {
  readonly text: string;
  readonly stamp: Stamp;
}

export interface WriteContext extends Pick<CollectOptions, "kept"> {
  /** The revision of a raw document; rejects if it has none. */
  readonly revisionOf: (text: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly pause: Pause;
  /** Aborts when nobody waits any longer. */
  readonly signal: AbortSignal;
}

/**
 * Writes the document, then makes it the active one as soon as no other push comes first.
 *
 * @throws whatever Deno KV does, and the signal's reason
 */
export async function writePolicy(
  kv: Kv,
  { text, stamp, ifRevision, source = "push", findings = [] }: Written,
  { revisionOf, now, kept, pause, signal }: WriteContext,
): Promise<StoreWrite> {
  const conflict = (head: unknown): Promise<StoreWrite | null> =>
    ifRevision === undefined ? Promise.resolve(null) : lost(head, ifRevision, revisionOf);
  // Looked at before as well: a push that has lost already need not send its chunks.
  const early = await conflict((await kv.get(POLICY_KEY)).value);
  if (early !== null) return early;
  const document = await writeDocument(kv, text, now());
  const { fingerprint } = stamp;
  const entry = activationEntry(activationOf(stamp, source, findings), { document, fingerprint });
  return await untilFirst<StoreWrite>(
    async () => {
      const head = await kv.get(POLICY_KEY);
      const late = await conflict(head.value);
      if (late !== null) return late;
      const before = parsePointer(head.value);
      const numbered = before === "unsupported" ? null : before?.stamp.sequence;
      const { sequence: last } = await newestActivation(kv);
      // Should the history have been emptied by hand, newer policies must not look older for it.
      const sequence = Math.max(last, numbered ?? 0) + 1;
      const stamped = { ...stamp, sequence };
      const to = pointer({ ...document, stamp: stamped });
      const flip = kv.atomic().check(head)
        .set(POLICY_KEY, to)
        .set(lastGoodKey(fingerprint), to);
      const version = await enter(kv, flip, sequence, entry);
      if (version === null) return null;
      await collectBehind(kv, { nowMs: now(), kept, sequence });
      const written = { text, stamp: stamped, version };
      return { kind: "written", document: written, lastGoodFailure: null, spreadFailure: null };
    },
    pause,
    signal,
  );
}

/** @returns `null` when `head` is what the push names */
async function lost(
  head: unknown,
  ifRevision: string,
  revisionOf: WriteContext["revisionOf"],
): Promise<StoreWrite | null> {
  const failure = revisionConflict(await revisionAt(head, revisionOf), ifRevision);
  return failure === null ? null : { kind: "failed", failure };
}

async function revisionAt(
  head: unknown,
  revisionOf: WriteContext["revisionOf"],
): Promise<string | null> {
  const parsed = parsePointer(head);
  if (parsed === "unsupported") return null;
  if (parsed !== null) return parsed.stamp.revision;
  // `null` is what Deno KV gives for a key that is not there: no policy either way.
  const text = head === null ? null : rawText(head);
  return text === null ? null : await revisionOf(text).catch(() => null);
}
