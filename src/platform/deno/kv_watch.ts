/** Tells when something in Deno KV may have changed. */
import type { KvConnection } from "./kv_connection.ts";
import type { Kv } from "./kv_document.ts";
import { sleep } from "./sleep.ts";

/** Milliseconds until a watch that ended or broke off is begun again. */
const AGAIN_MS = 1_000;

/** Calls `onChange` at once and after every change, until `signal` aborts. Never rejects. */
export async function watchKey(
  connection: KvConnection,
  key: Deno.KvKey,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await watchOnce(await connection.open(), key, onChange, signal);
    } catch {
      // Unreachable: who polls finds that out too, and says so.
    }
    await sleep(AGAIN_MS, signal);
  }
}

async function watchOnce(
  kv: Kv,
  key: Deno.KvKey,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = kv.watch([key]).getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) return stop();
    while (!(await reader.read()).done) onChange();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
