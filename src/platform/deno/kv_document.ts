/** Documents of any size in Deno KV: written in chunks, read back whole or not at all. */
import { pack, unpack } from "../../store/packed.ts";
import { type Chunked, chunkKey, type Inventory, inventoryKey } from "./kv_layout.ts";

/** The part of Deno KV that the store uses. */
export type Kv = Pick<Deno.Kv, "get" | "getMany" | "list" | "atomic" | "watch" | "close">;

/** A value ends at 65,536 bytes, its encoding included. */
const CHUNK_BYTES = 60_000;

/** An atomic commit ends at 800 KiB of values and keys. */
const CHUNKS_PER_COMMIT = 12;

/** The most keys that `getMany` takes. */
const KEYS_PER_GET = 10;

/**
 * Writes the chunks of `text` under a new id. Nothing points there yet, so nobody reads them.
 *
 * @throws whatever Deno KV does; what was written by then is collected later
 */
export async function writeDocument(kv: Kv, text: string, atMs: number): Promise<Chunked> {
  const { packed, bytes, sha256 } = await pack(text);
  const id = crypto.randomUUID();
  const chunks = Math.ceil(packed.length / CHUNK_BYTES);
  for (let first = 0; first < chunks; first += CHUNKS_PER_COMMIT) {
    const commit = kv.atomic();
    // With the first chunks, or collection would not know of them.
    if (first === 0) commit.set(inventoryKey(id), { chunks, atMs } satisfies Inventory);
    for (let i = first; i < Math.min(first + CHUNKS_PER_COMMIT, chunks); i++) {
      commit.set(chunkKey(id, i), packed.slice(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
    }
    await commit.commit();
  }
  return { id, chunks, bytes, sha256 };
}

/**
 * Reads a document whole.
 *
 * @returns `null` if a chunk is missing, or length or digest are not as they should be
 * @throws whatever Deno KV does
 */
export async function readDocument(kv: Kv, from: Chunked): Promise<string | null> {
  const keys = Array.from({ length: from.chunks }, (_, i) => chunkKey(from.id, i));
  const groups = Array.from(
    { length: Math.ceil(keys.length / KEYS_PER_GET) },
    (_, i) => keys.slice(i * KEYS_PER_GET, (i + 1) * KEYS_PER_GET),
  );
  const entries = (await Promise.all(groups.map((group) => kv.getMany<unknown[]>(group)))).flat();
  const chunks = entries.map(({ value }) => value);
  if (!chunks.every((chunk) => chunk instanceof Uint8Array)) return null;
  return await unpack(chunks as Uint8Array<ArrayBuffer>[], from);
}
