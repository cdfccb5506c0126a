/** The wait before a retry. */
import type { Exchange, Platform } from "../model/platform.ts";

/** Waits for `ms`, or until the client goes away. @returns whether it is still there */
export function pause(ms: number, platform: Platform, exchange: Exchange): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = platform.after(ms, () => {
      forget();
      resolve(true);
    });
    const forget = exchange.onClientGone(() => {
      cancel();
      resolve(false);
    });
  });
}
