/** What the coordinator remembers of members. */

/** A tuple, because a thousand of them have to fit into 64 KiB. Times are milliseconds since `BucketState.baseMs`. */
export type MemberRow = readonly [
  key: string,
  seenAt: number,
  /** Tokens that it may still have until `LEASE_MS` after `seenAt`: an upper bound. */
  held: number,
  demandPerSecond: number,
  sequence: number,
  /** Since when it has asked in vain; -1: it has not. */
  hungrySince: number,
];

/** How long granted tokens hold: long enough for a few lost asks; so long a vanished member's tokens are missing. */
export const LEASE_MS = 2_000;
export const MAX_MEMBERS = 1_000;
const MEMORY_MS = 60_000;

/** The asker's row, `null` if it is new, and those of the others that count. */
export function withoutForgotten(
  rows: readonly MemberRow[],
  key: string,
  now: number,
): { own: MemberRow | null; others: MemberRow[] } {
  const others: MemberRow[] = [];
  let own: MemberRow | null = null;
  for (const row of rows) {
    if (row[0] === key) own = row;
    else if (now - row[1] < MEMORY_MS) others.push(row);
  }
  if (others.length >= MAX_MEMBERS) {
    let oldest = 0;
    for (let i = 1; i < others.length; i++) if (others[i]![1] < others[oldest]![1]) oldest = i;
    if (now - others[oldest]![1] >= LEASE_MS) others.splice(oldest, 1);
  }
  return { own, others };
}

/** Whether the row's lease may still hold, on any clock. */
export const leased = (row: MemberRow, now: number): boolean => now - row[1] < LEASE_MS;

export const heldBy = (row: MemberRow, now: number): number => leased(row, now) ? row[2] : 0;

/** The members that share now: heard of within three turns, if everyone had a turn of one request. */
export function crowdOf(
  others: readonly MemberRow[],
  now: number,
  perSecond: number,
): { active: number; held: number; demand: number } {
  const life = Math.max(LEASE_MS, 3000 * (others.length + 1) / perSecond);
  let active = 0, held = 0, demand = 0;
  for (const row of others) {
    if (now - row[1] >= life) continue;
    active++;
    held += heldBy(row, now);
    demand += row[3];
  }
  return { active, held, demand };
}

/** How many others have waited for a token for longer. */
export function waitingLonger(others: readonly MemberRow[], since: number, now: number): number {
  let count = 0;
  for (const row of others) {
    if (row[5] >= 0 && row[5] < since && leased(row, now)) count++;
  }
  return count;
}

/** All times moved by `byMs`, so that they stay short. */
export const moved = (rows: readonly MemberRow[], byMs: number): MemberRow[] =>
  rows.map(([key, seenAt, held, demand, sequence, hungrySince]) => [
    key,
    seenAt - byMs,
    held,
    demand,
    sequence,
    // Stays a time: below 0 it would say that the member does not wait.
    hungrySince < 0 ? -1 : Math.max(0, hungrySince - byMs),
  ]);

/** Short for any name: 52 bits of two multiplicative hashes. */
export function keyOf(member: string): string {
  let a = 0x811c9dc5, b = 0x050c5d1f;
  for (let i = 0; i < member.length; i++) {
    const unit = member.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(((b << 13) | (b >>> 19)) ^ unit, 0x9e3779b1);
  }
  return ((a >>> 0) * 0x100000 + (b >>> 12)).toString(36);
}

/** Looks uniform in [0, 1); another one for each ask. */
export function drawOf(key: string, sequence: number): number {
  let hash = sequence | 0;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(((hash << 13) | (hash >>> 19)) ^ key.charCodeAt(i), 0x9e3779b1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000;
}
