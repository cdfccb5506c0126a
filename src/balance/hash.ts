/**
 * The hashes that stickiness rests on. They are part of what Limen promises:
 * the same key goes the same way on every isolate, on both runtimes and in the
 * next version, so a change here moves every sticky caller.
 */

const encoder = new TextEncoder();

/** Most keys fit, at up to three bytes for each of their code units; an array of its own costs more than the hash. */
const scratch = new Uint8Array(768);

/** The finaliser of MurmurHash3: every input bit reaches every output bit. A bijection on 32 bits. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * MurmurHash3 (x86, 32 bits) of `text` in UTF-8.
 *
 * @returns an unsigned 32-bit integer
 * @see Appleby, MurmurHash3, 2011 (public domain); its published vectors are the tests
 */
export function murmur3(text: string, seed = 0): number {
  const fits = text.length * 3 <= scratch.length;
  const bytes = fits ? scratch : encoder.encode(text);
  const length = fits ? encoder.encodeInto(text, scratch).written : bytes.length;
  const whole = length & ~3;
  let h = seed | 0;
  for (let i = 0; i < whole; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    h ^= scramble(block);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!;
  if (whole < length) h ^= scramble(tail);
  return mix(h ^ length);
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}
