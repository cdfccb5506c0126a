/** A policy's name: what it says, hashed. Comments and layout don't count. */

/** Policies are far flatter; this keeps the recursion inside any runtime's stack. */
const MAX_DEPTH = 500;

/**
 * The JSON Canonicalization Scheme (RFC 8785): no whitespace, keys sorted by
 * UTF-16 code units, numbers and strings as ECMAScript writes them.
 *
 * @throws {TypeError} if a string holds half of a surrogate pair, a number is not
 * finite, or something is no JSON value; all of these have no canonical form (§3.2.2)
 * @throws {RangeError} if it is nested deeper than 500 levels
 */
export function canonicalJson(document: unknown): string {
  return write(document, 0);
}

/** First 12 hex digits of the SHA-256 of the canonical JSON. Throws as `canonicalJson` does. */
export async function revisionOf(document: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(document));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new TypeError("no canonical JSON: lone surrogate");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`no canonical JSON: number ${value}`);
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (depth === MAX_DEPTH) throw new RangeError(`no canonical JSON: over ${MAX_DEPTH} levels`);
      return Array.isArray(value)
        ? `[${value.map((item) => write(item, depth + 1)).join(",")}]`
        : writeObject(value as { readonly [key: string]: unknown }, depth + 1);
    default:
      throw new TypeError(`no canonical JSON: ${typeof value}`);
  }
}

function writeObject(object: { readonly [key: string]: unknown }, depth: number): string {
  // The default order of `sort` is by UTF-16 code units: what §3.2.3 asks for.
  const members = Object.keys(object).sort().map((key) =>
    `${write(key, depth)}:${write(object[key], depth)}`
  );
  return `{${members.join(",")}}`;
}
