/** What the core needs from workerd. */
import type { Platform } from "../../model/platform.ts";
import type { Env } from "./env.ts";
import { send } from "./send.ts";

export const workerPlatform = (env: Env): Platform => ({
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  after(ms: number, callback: () => void): () => void {
    // A request's timers end with it: to forget one costs less than to clear it.
    let wanted = true;
    setTimeout(() => wanted && callback(), ms);
    return () => void (wanted = false);
  },
  send: (request) => send(request, env),
});
