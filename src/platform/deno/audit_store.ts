/** The audit log in Deno KV: numbered entries, of which each that comes takes the oldest away. */
import { AUDIT_KEPT, type AuditEntry, type AuditStore } from "../../audit/audit.ts";
import type { KvConnection } from "./kv_connection.ts";
import type { Kv } from "./kv_document.ts";
import { jittered, type Pause, untilFirst } from "./kv_tries.ts";

const PREFIX = ["limen", "audit"];

/** UTF-16 units of a text that came from a client: a value of Deno KV ends at 64 KiB. */
const MOST_UNITS = 4_000;

/** @param pause between two tries of an entry that others were faster than */
export const denoAuditStore = (
  connection: KvConnection,
  pause: Pause = jittered,
): AuditStore => ({
  async append(entry): Promise<{ readonly failure: string } | null> {
    const kept = fitted(entry);
    return await trying(() =>
      connection.using(async (kv, signal) => {
        await untilFirst(async () => await add(kv, kept) ? "added" : null, pause, signal);
        return null;
      })
    );
  },

  async read(limit): Promise<readonly AuditEntry[] | { readonly failure: string }> {
    const newestFirst = { limit, reverse: true };
    return await trying(() =>
      connection.using(async (kv) => {
        const entries = await Array.fromAsync(kv.list<AuditEntry>({ prefix: PREFIX }, newestFirst));
        return entries.map(({ value }) => value);
      })
    );
  },
});

/** @returns `false`: another entry came first */
async function add(kv: Kv, entry: AuditEntry): Promise<boolean> {
  let last = 0;
  for await (const { key } of kv.list({ prefix: PREFIX }, { limit: 1, reverse: true })) {
    last = Number(key.at(-1));
  }
  const key = [...PREFIX, last + 1];
  // Numbers have no gaps, so what is one too many is known without a look.
  const added = await kv.atomic().check({ key, versionstamp: null })
    .set(key, entry).delete([...PREFIX, last + 1 - AUDIT_KEPT]).commit();
  return added.ok;
}

/** An entry that is too large must not be a way past the log. */
function fitted(entry: AuditEntry): AuditEntry {
  const cut = (text: string | null): string | null =>
    text === null || text.length <= MOST_UNITS ? text : `${text.slice(0, MOST_UNITS)}...`;
  const { by, subject, message, ip } = entry;
  return { ...entry, by: cut(by), subject: cut(subject), message: cut(message), ip: cut(ip) };
}

async function trying<T>(work: () => Promise<T>): Promise<T | { readonly failure: string }> {
  try {
    return await work();
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
