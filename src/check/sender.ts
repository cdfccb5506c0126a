/** Sends checks through a platform, as it sends requests: same bindings, same certificates. */
import type { MutableHeaders } from "../model/headers.ts";
import { isFailure, type Platform } from "../model/platform.ts";
import type { SendCheck } from "./checker.ts";

/**
 * @param newHeaders empty ones, of the kind that `platform.send` takes
 * @param stop ends what is under way: as if there had been no answer
 */
export function checkSender(
  platform: Pick<Platform, "send" | "after">,
  newHeaders: () => MutableHeaders,
  stop?: AbortSignal,
): SendCheck {
  return async ({ url, host, binding, timeoutMs }, list) => {
    const headers = newHeaders();
    for (const [name, value] of list) headers.set(name, value);
    const over = new AbortController();
    const end = (): void => over.abort();
    const cancel = platform.after(timeoutMs, end);
    stop?.addEventListener("abort", end);
    if (stop?.aborted) end();
    try {
      const answer = await platform.send({
        url,
        method: "GET",
        headers,
        body: null,
        host,
        binding,
        upgrade: false,
        idempotent: true,
        signal: over.signal,
      });
      if (isFailure(answer)) return null;
      answer.discard();
      return answer;
    } finally {
      cancel();
      stop?.removeEventListener("abort", end);
    }
  };
}
