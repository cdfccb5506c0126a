/** A document as stores keep it where a value can't be as long as a policy: compressed, in pieces. */

export interface Packed {
  /** gzip. */
  readonly packed: Uint8Array<ArrayBuffer>;
  /** Of the text in UTF-8, before compression. */
  readonly bytes: number;
  /** Of the same bytes, in hex. */
  readonly sha256: string;
}

export async function pack(text: string): Promise<Packed> {
  const plain = new TextEncoder().encode(text);
  const [packed, sha256] = await Promise.all([gzip(plain), digest(plain)]);
  return { packed, bytes: plain.length, sha256 };
}

/**
 * @param pieces in order, cut anywhere
 * @returns the text; `null` if it is not whole: no gzip, or another length or digest
 */
export async function unpack(
  pieces: readonly Uint8Array<ArrayBuffer>[],
  { bytes, sha256 }: Omit<Packed, "packed">,
): Promise<string | null> {
  const plain = await gunzip(pieces);
  if (plain?.length !== bytes || await digest(plain) !== sha256) return null;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(plain);
}

/** SHA-256 in hex. A text counts as its UTF-8. */
export async function digest(content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function gzip(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** @returns `null` if the pieces are no gzip stream */
async function gunzip(
  pieces: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const plain = new Blob([...pieces]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch {
    return null;
  }
}
