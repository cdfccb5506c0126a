/** A decision as one header: JSON in ASCII, of a bounded length. */
import type { Decision } from "./decision.ts";

/** Much longer headers are refused on the way by proxies and clients. */
export const MOST_BYTES = 6 * 1024;

/** Items of each list that are tried in turn, until the header is short enough. */
const MOST_ITEMS = [Infinity, 64, 32, 16, 8, 4, 2, 1] as const;

export function headerOf(decision: Decision): string {
  let header = "";
  for (const most of MOST_ITEMS) {
    header = asciiJson(cutTo(decision, most));
    if (header.length <= MOST_BYTES) break;
  }
  return header;
}

/** @returns `null` for what is no decision */
export function decisionIn(header: string): Decision | null {
  try {
    const value: unknown = JSON.parse(header);
    return isDecision(value) ? value : null;
  } catch {
    return null;
  }
}

/** As far as its reader relies on it: the other side may be anything. */
function isDecision(value: unknown): value is Decision {
  if (typeof value !== "object" || value === null) return false;
  const { answered, totalMs, attempts = [], shares = {}, full = [], panic = [], mirrors = [] } =
    value as Readonly<Record<string, unknown>>;
  return typeof answered === "string" && typeof totalMs === "number" &&
    typeof shares === "object" && shares !== null &&
    [attempts, full, panic, mirrors].every(Array.isArray);
}

/** The largest shares, the first tries and the last one, and as many of each other list. */
function cutTo(decision: Decision, most: number): Decision {
  const { shares, attempts, full, panic, mirrors, ...rest } = decision;
  if (most === Infinity) return decision;
  return {
    ...rest,
    ...(shares !== undefined && {
      shares: Object.fromEntries(
        Object.entries(shares).sort(([, a], [, b]) => b - a).slice(0, most),
      ),
    }),
    ...(full !== undefined && { full: full.slice(0, most) }),
    ...(panic !== undefined && { panic: panic.slice(0, most) }),
    ...(attempts !== undefined && {
      attempts: attempts.length <= most
        ? attempts
        : [...attempts.slice(0, most - 1), ...attempts.slice(-1)],
    }),
    ...(mirrors !== undefined && { mirrors: mirrors.slice(0, most) }),
    cut: true,
  };
}

/** A header is no place for anything else; JSON has an escape for it. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
