/**
 * A database file that several processes write to: SQLite turns a commit away while another
 * process's is under way, and Deno KV hands that on as an error. Nothing was written then, so it is
 * tried again.
 */
import { jittered, type Pause } from "./kv_tries.ts";

const LOCKED = /database is locked/i;

/** 50 pauses of `jittered` take some 4 s on average: a lock that stays so long is no commit's. */
const MAX_TRIES = 50;

const never = new AbortController().signal;

/** The same database; its commits wait for those of other processes. */
export function unlocked(kv: Deno.Kv, pause: Pause = jittered): Deno.Kv {
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = atomic();
    const commit = operation.commit.bind(operation);
    operation.commit = () => untilUnlocked(commit, pause);
    return operation;
  };
  return kv;
}

async function untilUnlocked<T>(commit: () => Promise<T>, pause: Pause): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await commit();
    } catch (error) {
      if (tries === MAX_TRIES || !LOCKED.test(String(error))) throw error;
      await pause(tries, never);
    }
  }
}
