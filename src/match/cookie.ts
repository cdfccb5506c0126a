/** Reads one cookie out of a Cookie header (RFC 6265 §5.4). */

/**
 * The value of the first cookie of that name, without the double quotes that
 * may surround it, otherwise as sent.
 *
 * @param header the Cookie header; `null` if absent
 * @param name compared with case
 * @returns `null` if there is no such cookie
 */
export function cookieValue(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon < 0 ? header.length : semicolon;
    const nameStart = skipBlanks(header, start, end);
    if (header.startsWith(name, nameStart)) {
      const equals = skipBlanks(header, nameStart + name.length, end);
      if (equals < end && header[equals] === "=") return unquote(header.slice(equals + 1, end));
    }
    start = end + 1;
  }
  return null;
}

function skipBlanks(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && (text[i] === " " || text[i] === "\t")) i++;
  return i;
}

function unquote(raw: string): string {
  const value = raw.trim();
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return quoted ? value.slice(1, -1) : value;
}
