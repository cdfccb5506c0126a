/** A cluster's capacity as one entry of Deno KV, changed by compare-and-set. */
import { type BucketState, grant } from "../../capacity/bucket.ts";
import type { CapacityAsk, CapacityGrant } from "../../capacity/lease.ts";
import { capacityKey } from "./fleet_layout.ts";
import type { Kv } from "./kv_document.ts";

/** How often an ask that others were faster than begins again. */
const MAX_TRIES = 20;

/** A bucket that nobody has asked for so long is full again, whatever its capacity. */
const IDLE_MS = 3_600_000;

/**
 * @param now milliseconds since the epoch
 * @returns `null` if others were faster each time
 * @throws whatever Deno KV does
 */
export async function leaseFrom(
  kv: Kv,
  ask: CapacityAsk,
  now: () => number,
): Promise<CapacityGrant | null> {
  const key = capacityKey(ask.cluster);
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const entry = await kv.get<BucketState>(key);
    const { state, grant: granted } = grant(entry.value, ask, now());
    const written = await kv.atomic().check(entry).set(key, state, { expireIn: IDLE_MS }).commit();
    if (written.ok) return granted;
  }
  return null;
}
