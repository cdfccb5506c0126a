/** The platform port on Deno. */
import type { Platform } from "../../model/platform.ts";
import { send } from "./send.ts";

export const denoPlatform: Platform = {
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  send,
};
