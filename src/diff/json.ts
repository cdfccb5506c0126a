/** JSON values as documents hold them: compared, and shown in a line. */

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two values have the same canonical JSON: the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** The object without these keys. */
export const without = (object: object, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Characters of a value that is shown in a message. */
const LONGEST = 120;

/** What needs no quotes to be read as one text. */
const PLAIN = /^[\p{L}$*/._][\p{L}\p{N}$*/_.:@+-]*$|^\d+[\p{L}./:*][\p{L}\p{N}.:/*]*$/u;

const WORDS_OF_JSON = ["true", "false", "null"];

/** A value for people: `10s`, `aws, dc`, `path /healthz, interval 10s`. What is long is cut. */
export const inWords = (value: unknown): string => cut(words(value, 0));

export const cut = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 1).toWellFormed()}…` : text;

function words(value: unknown, depth: number): string {
  if (typeof value === "string") {
    const short = value.slice(0, LONGEST);
    return PLAIN.test(short) && !WORDS_OF_JSON.includes(value) ? short : JSON.stringify(short);
  }
  // A few items fill the line: of ten thousand endpoints only these are looked at.
  if (Array.isArray(value)) {
    const items = value.slice(0, LONGEST / 2).map((item) => words(item, depth + 1)).join(", ");
    return depth === 0 && value.length > 0 ? items : `[${items}]`;
  }
  if (isObject(value)) {
    const fields = Object.keys(value).slice(0, LONGEST / 2)
      .map((key) => `${key} ${words(value[key], depth + 1)}`).join(", ");
    return depth === 0 && fields !== "" ? fields : `{${fields}}`;
  }
  return JSON.stringify(value);
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(texts: readonly string[], most = 3): string {
  const [shown, more] = [texts.slice(0, most), texts.length - most];
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}
