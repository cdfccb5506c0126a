/** How long an upstream asks to be left alone: the `Retry-After` header (RFC 9110 §10.2.3). */

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The three forms of RFC 9110 §5.6.7: IMF-fixdate, and RFC 850's and asctime's, now obsolete. */
const HTTP_DATES = [
  /^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT\s*(?:,|$)/,
  /^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>[\d:]{8}) GMT\s*(?:,|$)/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})\s*(?:,|$)/,
];

/**
 * @param value seconds or a date; of several, joined with ", ", the first one counts
 * @param nowMs milliseconds since the epoch; a date is compared with it
 * @returns milliseconds from now, 0 for a date that has passed; `null` if `value` is absent or
 *   is neither seconds nor a date
 */
export function retryAfterMs(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const seconds = /^(\d+)\s*(?:,|$)/.exec(text)?.[1];
  if (seconds !== undefined) return 1000 * Number(seconds);
  const atMs = httpDateMs(text, nowMs);
  return atMs === null ? null : Math.max(0, atMs - nowMs);
}

/** Milliseconds since the epoch. */
function httpDateMs(text: string, nowMs: number): number | null {
  const parts = HTTP_DATES.map((form) => form.exec(text)?.groups).find(Boolean);
  const time = /^(\d\d):(\d\d):(\d\d)$/.exec(parts?.time ?? "");
  const month = MONTHS.indexOf(parts?.month ?? "");
  if (parts === undefined || time === null || month < 0) return null;
  const [day, written] = [Number(parts.day), Number(parts.year)];
  const [hours, minutes, seconds] = [Number(time[1]), Number(time[2]), Number(time[3])];
  if (day < 1 || day > 31 || hours > 23 || minutes > 59 || seconds > 60) return null;
  const year = parts.year!.length === 2 ? fullYear(written, nowMs) : written;
  return Date.UTC(year, month, day, hours, minutes, seconds);
}

/** RFC 9110 §5.6.7: more than 50 years ahead is the most recent such year in the past. */
function fullYear(lastTwoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const yearsAhead = (lastTwoDigits - thisYear % 100 + 100) % 100;
  return thisYear + yearsAhead - (yearsAhead > 50 ? 100 : 0);
}
