/** What tells one stored document from another where the store itself numbers nothing. */
import type { Stamp } from "./stamp.ts";

/** Of a document that nobody has stamped. */
export const RAW = "raw";

/** Equal for equal stamps. Documents without a stamp are told apart by their texts. */
export function versionOf(stamp: Stamp | null): string {
  if (stamp === null) return RAW;
  const { revision, fingerprint, at, by, message, sequence } = stamp;
  return JSON.stringify([revision, fingerprint, at, by ?? null, message ?? null, sequence ?? null]);
}
