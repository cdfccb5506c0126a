/** Reading the history in Deno KV. */
import { historyFindings } from "../../store/history.ts";
import type { HistoryRead, StoreFailure, StoreRead } from "../../store/port.ts";
import { activations, oldActivation, oldActivations } from "./kv_activation.ts";
import { type Kv, readDocument } from "./kv_document.ts";
import type { Chunked } from "./kv_layout.ts";

const UNSUPPORTED: StoreFailure = {
  code: "unsupported_format",
  message: "A newer Limen wrote the history",
};

/**
 * What was in force, newest first, `most` at the most.
 *
 * @throws whatever Deno KV does
 */
export async function readHistory(kv: Kv, most: number): Promise<HistoryRead> {
  const found = [];
  const cut = historyFindings();
  for await (const entered of activations(kv, most)) {
    if (entered === "unsupported") return { kind: "failed", failure: UNSUPPORTED };
    found.push(cut(entered.activation));
  }
  for (const { pointer } of await oldActivations(kv)) {
    if (pointer === "unsupported") return { kind: "failed", failure: UNSUPPORTED };
    found.push(oldActivation(pointer));
  }
  return { kind: "history", activations: found.slice(0, most) };
}

/**
 * The document of `revision` as it was last active.
 *
 * @throws whatever Deno KV does
 */
export async function readRevision(kv: Kv, revision: string, most: number): Promise<StoreRead> {
  for await (const entered of activations(kv, most)) {
    // What a newer Limen has entered may be another revision: older entries are looked at as well.
    if (entered === "unsupported" || entered.activation.revision !== revision) continue;
    const { document, stamp, versionstamp } = entered;
    return await readWhole(kv, document, { stamp, version: versionstamp });
  }
  for (const { entry, pointer } of await oldActivations(kv)) {
    if (pointer === "unsupported" || pointer.stamp.revision !== revision) continue;
    return await readWhole(kv, pointer, { stamp: pointer.stamp, version: entry.versionstamp });
  }
  return { kind: "missing" };
}

async function readWhole(
  kv: Kv,
  from: Chunked,
  rest: Omit<Extract<StoreRead, { kind: "document" }>["document"], "text">,
): Promise<StoreRead> {
  const text = await readDocument(kv, from);
  if (text !== null) return { kind: "document", document: { text, ...rest } };
  return { kind: "failed", failure: { code: "damaged", message: "The document is not whole" } };
}
