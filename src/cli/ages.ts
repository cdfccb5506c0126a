/** Times as people count them. */

const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60]] as const;

/** `40 s`, `3 min`, `5 h`, `12 d`: whole units, rounded down, and nothing below zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/**
 * How long ago that was. Whoever wrote it may have a clock that is ahead: then it was just now.
 *
 * @param at in ISO 8601
 */
export const age = (at: string, nowMs: number): string => duration(nowMs - Date.parse(at));
