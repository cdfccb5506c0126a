/** A Durable Object's storage, as the register needs it. */
import type { Change, RegisterStorage } from "../../store/register/storage.ts";
import type { ObjectStorage } from "./durable_object.ts";

/** So many keys fit into one call. */
const KEYS_PER_CALL = 128;

export const registerStorage = (storage: ObjectStorage): RegisterStorage => ({
  async get(keys): Promise<ReadonlyMap<string, unknown>> {
    const found = await Promise.all(inGroups(keys).map((group) => storage.get(group)));
    return new Map(found.flatMap((entries) => [...entries]));
  },

  list: (prefix) => storage.list({ prefix }),

  async commit({ put, remove, wakeAtMs }: Change): Promise<void> {
    await storage.transaction(async (within) => {
      const writes: Promise<unknown>[] = [
        ...inGroups(Object.entries(put)).map((group) => within.put(Object.fromEntries(group))),
        ...inGroups(remove).map((group) => within.delete(group)),
      ];
      if (wakeAtMs === null) writes.push(within.deleteAlarm());
      else if (wakeAtMs !== undefined) writes.push(within.setAlarm(wakeAtMs));
      await Promise.all(writes);
    });
  },
});

const inGroups = <T>(items: readonly T[]): T[][] =>
  Array.from(
    { length: Math.ceil(items.length / KEYS_PER_CALL) },
    (_, i) => items.slice(i * KEYS_PER_CALL, (i + 1) * KEYS_PER_CALL),
  );
