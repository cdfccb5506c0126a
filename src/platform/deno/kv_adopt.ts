/** What came into force without `writePolicy`, by hand or by an older Limen, enters the history. */
import type { Activation } from "../../store/history.ts";
import type { StoredDocument } from "../../store/port.ts";
import { activationEntry, newestActivation } from "./kv_activation.ts";
import { collectBehind } from "./kv_collect.ts";
import { type Kv, writeDocument } from "./kv_document.ts";
import { enter } from "./kv_enter.ts";
import { type Chunked, historyKey, parsePointer, POLICY_KEY } from "./kv_layout.ts";
import { untilFirst } from "./kv_tries.ts";
import type { WriteContext } from "./kv_write.ts";

/**
 * Enters `document` if it is active still and nobody has entered it before. What lies under
 * `POLICY_KEY` stays as it is.
 *
 * @param tell see `PolicyStore.adopt`
 * @throws whatever Deno KV does, and the signal's reason
 */
export async function adoptPolicy(
  kv: Kv,
  { text, stamp, version }: StoredDocument,
  tell: () => Activation,
  { now, kept, pause, signal }: Omit<WriteContext, "revisionOf">,
): Promise<void> {
  if (stamp?.sequence !== undefined) return;
  let document: Chunked | null = null;
  await untilFirst(
    async () => {
      const head = await kv.get(POLICY_KEY);
      if (head.versionstamp !== version) return "not active any more";
      const { sequence: last, adopted } = await newestActivation(kv);
      // As long as it is active, all that can follow it in the history is its own adoption.
      if (adopted === version) return "adopted before";
      document ??= await writeDocument(kv, text, now());
      const fields = { document, fingerprint: stamp?.fingerprint ?? null, adopted: version };
      const old = await entryOf(kv, head.value);
      const commit = kv.atomic().check(head);
      if (old !== null) commit.check(old).delete(old.key);
      const sequence = last + 1;
      const done = await enter(kv, commit, sequence, activationEntry(tell(), fields));
      if (done !== null) await collectBehind(kv, { nowMs: now(), kept, sequence });
      return done;
    },
    pause,
    signal,
  );
}

/** The entry that an older Limen made for its own push: it gives way to the one that is made now. */
async function entryOf(kv: Kv, head: unknown): Promise<Deno.KvEntryMaybe<unknown> | null> {
  const active = parsePointer(head);
  if (active === null || active === "unsupported") return null;
  const old = await kv.get(historyKey(active.stamp.revision));
  const entry = parsePointer(old.value);
  return entry !== null && entry !== "unsupported" && entry.id === active.id ? old : null;
}
