/** Where the fleet's knowledge lies in Deno KV: an entry for each thing known, so writers don't meet. */
import type { CheckMemory } from "../../check/checker.ts";
import type { HeardStatus, MemberStatus, SharedEjection } from "../../fleet/port.ts";
import type { Verdict } from "../../health/active_check.ts";

/** Written with every change that members should hear of: one look tells whether there was any. */
export const CHANGE_KEY = ["limen", "fleet", "change"];

export const DRAINED_PREFIX = ["limen", "fleet", "drained"];
export const EJECTION_PREFIX = ["limen", "fleet", "ejection"];
export const CHECK_PREFIX = ["limen", "fleet", "check"];
export const MEMBER_PREFIX = ["limen", "fleet", "member"];

export const drainedKey = (cluster: string): string[] => [...DRAINED_PREFIX, cluster];
export const ejectionKey = (cluster: string, origin: string): string[] => [
  ...EJECTION_PREFIX,
  cluster,
  origin,
];
export const checkKey = (cluster: string, origin: string): string[] => [
  ...CHECK_PREFIX,
  cluster,
  origin,
];
/** Holds a `HeardStatus`. It changes too often for `CHANGE_KEY`, and nobody waits for it. */
export const memberKey = (id: string): string[] => [...MEMBER_PREFIX, id];
export const capacityKey = (cluster: string): string[] => ["limen", "fleet", "capacity", cluster];

/** What stands under `checkKey`. */
export interface StoredCheck extends Omit<CheckMemory, "cluster" | "origin"> {
  /** When it was written, milliseconds since the epoch. */
  readonly atMs: number;
}

const VERDICTS: ReadonlySet<unknown> = new Set<Verdict>([
  "unknown",
  "healthy",
  "degraded",
  "unhealthy",
  "excluded",
]);

const namesIn = (key: Deno.KvKey): { cluster: string; origin: string } => ({
  cluster: String(key.at(-2)),
  origin: String(key.at(-1)),
});

/** @returns `null` for what only another Limen can have written */
export function parseEjection({ key, value }: Deno.KvEntry<unknown>): SharedEjection | null {
  return typeof value === "number" ? { ...namesIn(key), untilMs: value } : null;
}

/** @returns `null` for what only another Limen can have written */
export function parseCheck(
  { key, value }: Deno.KvEntry<unknown>,
): CheckMemory & StoredCheck | null {
  if (typeof value !== "object" || value === null) return null;
  const { verdict, streak, dueMs, atMs } = value as Record<string, unknown>;
  const isWhole = VERDICTS.has(verdict) && typeof streak === "number" &&
    typeof dueMs === "number" && typeof atMs === "number";
  return isWhole ? { ...namesIn(key), verdict: verdict as Verdict, streak, dueMs, atMs } : null;
}

const isText = (value: unknown): value is string => typeof value === "string";

/** @returns `null` for what only another Limen can have written */
export function parseMember({ key, value }: Deno.KvEntry<unknown>): HeardStatus | null {
  if (typeof value !== "object" || value === null) return null;
  const { group, runtime, revision, since, lastError, seenAt } = value as Record<string, unknown>;
  const isWhole = isText(group) && (runtime === "deno" || runtime === "cloudflare") &&
    (revision === null || isText(revision)) && (since === null || isText(since)) &&
    isText(seenAt) && !Number.isNaN(Date.parse(seenAt));
  if (!isWhole) return null;
  const id = String(key.at(-1));
  return { id, group, runtime, revision, since, lastError: parseError(lastError), seenAt };
}

function parseError(value: unknown): MemberStatus["lastError"] {
  if (typeof value !== "object" || value === null) return null;
  const { code, message, at } = value as Record<string, unknown>;
  return isText(code) && isText(message) && isText(at) ? { code, message, at } : null;
}
