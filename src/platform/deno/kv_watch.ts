/** Tells when the policy in Deno KV may have changed. */
import type { Kv } from "./kv_document.ts";
import { POLICY_KEY } from "./kv_layout.ts";

/** Milliseconds until a watch that ended or broke off is begun again. */
const AGAIN_MS = 1_000;

/** Calls `onChange` at once and after every change, until `signal` aborts. Never rejects. */
export async function watchPolicy(
  open: () => Promise<Kv>,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await watchOnce(await open(), onChange, signal);
    } catch {
      // Unreachable: the feed finds that out by itself, and says so.
    }
    await pause(AGAIN_MS, signal);
  }
}

async function watchOnce(kv: Kv, onChange: () => void, signal: AbortSignal): Promise<void> {
  const reader = kv.watch([POLICY_KEY]).getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) return stop();
    while (!(await reader.read()).done) onChange();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
