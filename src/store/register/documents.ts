/** Documents in the register's storage: by the digest of the text, so that each is there once. */
import { type Packed, unpack } from "../packed.ts";
import type { StoreFailure } from "../port.ts";
import type { RegisterStorage } from "./storage.ts";

/** Names a document. */
export interface DocumentRef extends Omit<Packed, "packed"> {
  readonly chunks: number;
}

export const DAMAGED: StoreFailure = {
  code: "damaged",
  message: "The register's document is not whole",
};

/** A value must stay below 128 KiB, its encoding included. */
const CHUNK_BYTES = 120_000;

export const refTo = ({ packed, bytes, sha256 }: Packed): DocumentRef => ({
  bytes,
  sha256,
  chunks: Math.ceil(packed.length / CHUNK_BYTES),
});

export const documentKeys = ({ sha256, chunks }: DocumentRef): string[] =>
  Array.from({ length: chunks }, (_, i) => `document/${sha256}/${String(i).padStart(4, "0")}`);

/** What has to be stored of a document. */
export const documentValues = (
  ref: DocumentRef,
  packed: Uint8Array<ArrayBuffer>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    documentKeys(ref).map((key, i) => [key, packed.slice(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES)]),
  );

/**
 * @returns `null` if it is not there whole
 * @throws whatever the storage does
 */
export async function readPieces(
  storage: RegisterStorage,
  ref: DocumentRef,
): Promise<readonly Uint8Array<ArrayBuffer>[] | null> {
  const keys = documentKeys(ref);
  const found = await storage.get(keys);
  const pieces = keys.map((key) => found.get(key));
  return pieces.every((piece) => piece instanceof Uint8Array)
    ? pieces as Uint8Array<ArrayBuffer>[]
    : null;
}

/**
 * @returns `null` if it is not there whole
 * @throws whatever the storage does
 */
export async function readText(storage: RegisterStorage, ref: DocumentRef): Promise<string | null> {
  const pieces = await readPieces(storage, ref);
  return pieces === null ? null : await unpack(pieces, ref);
}
