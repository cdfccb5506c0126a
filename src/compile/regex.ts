/**
 * RE2 patterns (linear time, whole string). All are compiled at first use: one
 * costs some 60 µs, which a cold isolate would pay for thousands of routes that
 * no request asks for.
 */
import { RE2JS, RE2Set } from "re2js";

/** @param pattern must be valid: policy validation sees to that */
export function wholeMatch(pattern: string): (value: string) => boolean {
  let compiled: RE2JS | null = null;
  return (value) => (compiled ??= RE2JS.compile(pattern)).testExact(value);
}

/** Positions of all patterns that match, found in one pass over the value. */
export function wholeMatchMany(patterns: readonly string[]): (value: string) => readonly number[] {
  let compiled: RE2Set | null = null;
  return (value) => (compiled ??= setOf(patterns)).match(value);
}

function setOf(patterns: readonly string[]): RE2Set {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH);
  for (const pattern of patterns) set.add(pattern);
  return set;
}

/**
 * Whole leading segments, such as `/api/v1`, that every match of the pattern
 * starts with, followed by a slash; "" if none are certain. When in doubt it
 * claims less.
 */
export function literalPrefix(pattern: string): string {
  const body = pattern.startsWith("^") ? pattern.slice(1) : pattern;
  const literal = /^[^\\.+*?()[\]{}^$|]*/.exec(body)![0];
  const cut = literal.lastIndexOf("/");
  const next = body[literal.length] ?? "";
  // A quantifier can make the literal's last character optional: matters if that is the slash.
  const slashIsCertain = cut < literal.length - 1 || !/[*?{]/.test(next);
  if (!literal.startsWith("/") || !slashIsCertain || hasAlternatives(body)) return "";
  return literal.slice(0, cut);
}

/** Whether there may be a `|` outside of all groups. */
function hasAlternatives(pattern: string): boolean {
  if (!pattern.includes("|")) return false;
  // Parentheses in classes and behind backslashes don't count; not worth parsing.
  if (/[\\[]/.test(pattern)) return true;
  let depth = 0;
  for (const char of pattern) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "|" && depth === 0) return true;
  }
  return false;
}
