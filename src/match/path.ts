/**
 * The one form of a path that is matched, authorized and sent upstream:
 * percent-encoding normalised (RFC 3986 §6.2.2.1 and §6.2.2.2), dot segments
 * resolved (§5.2.4), nothing else. `%2F` stays encoded and separates nothing,
 * `//` stays, `%5C` stays.
 */

// What an ASCII character means for the loop over a path.
const PLAIN = 0;
/** Not allowed raw in a path: the WHATWG path percent-encode set, which fetch would encode too. */
const ENCODE = 1;
const PERCENT = 2;
const REFUSE = 3;

const kinds = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (code < 0x20 || code === 0x7f || char === "\\") kinds[code] = REFUSE;
  else if (char === "%") kinds[code] = PERCENT;
  else if (' "#<>?^`{}'.includes(char)) kinds[code] = ENCODE;
}

/**
 * Idempotent; decodes once only, so `%252e` stays what it is. `..` above the
 * root stays at the root.
 *
 * @param raw begins with "/"
 * @returns `null` for what is a bad request: a control character (NUL included, as
 * `%00` too), a backslash, an escape that isn't two hex digits
 */
export function normalizePath(raw: string): string | null {
  if (isNormal(raw)) return raw;
  const encoded = normalizeEncoding(raw);
  return encoded !== null && encoded.includes("/.") ? resolveDots(encoded) : encoded;
}

/** Whether there is surely nothing to do: true for almost every request. */
function isNormal(raw: string): boolean {
  let previous = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 127 || kinds[code] !== PLAIN) return false;
    if (code === 0x2e && previous === 0x2f) return false;
    previous = code;
  }
  return true;
}

function normalizeEncoding(raw: string): string | null {
  let out = "";
  /** Where the characters begin that are taken over unchanged. */
  let plainFrom = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    const kind = code > 127 ? ENCODE : kinds[code];
    if (kind === PLAIN) continue;
    if (kind === REFUSE) return null;
    out += raw.slice(plainFrom, i);
    if (kind === PERCENT) {
      const escape = raw.slice(i, i + 3);
      const byte = escapedByte(escape);
      if (byte === null || byte === 0) return null;
      out += isUnreserved(byte) ? String.fromCharCode(byte) : escape.toUpperCase();
      i += 2;
    } else {
      const char = String.fromCodePoint(raw.codePointAt(i)!);
      out += encodeURIComponent(char.toWellFormed());
      i += char.length - 1;
    }
    plainFrom = i + 1;
  }
  return out + raw.slice(plainFrom);
}

function escapedByte(escape: string): number | null {
  return /^%[0-9a-fA-F]{2}$/.test(escape) ? parseInt(escape.slice(1), 16) : null;
}

/** RFC 3986 §2.3: letters, digits, `-`, `.`, `_`, `~`. */
function isUnreserved(byte: number): boolean {
  return byte < 128 && /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte));
}

/** An empty segment is a segment: `/a//../b` is `/a/b`. */
function resolveDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/");
  const last = segments.length - 1;
  for (let i = 1; i <= last; i++) {
    const segment = segments[i]!;
    const dots = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (!dots) kept.push(segment);
    else if (i === last) kept.push("");
  }
  return "/" + kept.join("/");
}
