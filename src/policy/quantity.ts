/** Durations and sizes as written in a policy, as numbers. */

const unitMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** `1h30m` in milliseconds. The text must fit the schema's `duration`. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|h|m|s)/g)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
  }
  return total;
}

const unitBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** `64KiB` in bytes. The text must fit the schema's `size`. */
export function sizeBytes(text: string): number {
  const unit = text.replace(/^\d+/, "");
  return Number.parseInt(text, 10) * unitBytes[unit as keyof typeof unitBytes];
}

/** A time limit where neither "absent" nor `0s` limits anything. */
export function limitMs(written: string | undefined): number | null {
  return written === undefined ? null : durationMs(written) || null;
}
