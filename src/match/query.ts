/** Reads one query parameter without parsing the others. */

/**
 * The first value of a parameter, as `URLSearchParams.get` would give it: names
 * and values are percent-decoded, `+` is a space, a malformed escape stays.
 * Takes time linear in the query's length.
 *
 * @param query without `?`
 * @param name compared with case; not empty
 * @returns `null` if absent; a parameter without `=` is the empty string
 */
export function queryValue(query: string, name: string): string | null {
  const encoded = query.includes("%") || query.includes("+");
  for (let start = 0; start < query.length;) {
    const ampersand = query.indexOf("&", start);
    const end = ampersand < 0 ? query.length : ampersand;
    // Not found past `end` in a long query without "=" would make the loop quadratic.
    const equals = indexWithin(query, "=", start, end);
    const nameEnd = equals < 0 ? end : equals;
    const same = encoded
      ? decode(query.slice(start, nameEnd)) === name
      : nameEnd - start === name.length && query.startsWith(name, start);
    if (same) return equals < 0 ? "" : decode(query.slice(equals + 1, end));
    start = end + 1;
  }
  return null;
}

function indexWithin(text: string, char: string, start: number, end: number): number {
  const code = char.charCodeAt(0);
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === code) return i;
  return -1;
}

function decode(raw: string): string {
  if (!raw.includes("%") && !raw.includes("+")) return raw;
  try {
    return decodeURIComponent(raw.replaceAll("+", " "));
  } catch {
    // Malformed escapes or no UTF-8: the platform's parser is lenient with both.
    return new URLSearchParams("=" + raw).get("")!;
  }
}
