/** The platform port on Deno. */
import type { Platform } from "../../model/platform.ts";
import { send } from "./send.ts";
import { after } from "./timers.ts";

export const denoPlatform: Platform = {
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  after,
  send,
};
