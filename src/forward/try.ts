/** One try: send, and wait for the answer's headers for so long and no longer. */
import type { Answer, Exchange, Platform, UpstreamRequest } from "../model/platform.ts";
import { isFailure } from "../model/platform.ts";
import type { Body } from "./body.ts";
import { type Deadline, LONGEST_TIMER_MS } from "./deadline.ts";
import type { TryResult } from "./retry.ts";

export type Tried =
  | { readonly kind: "answer"; readonly answer: Answer; readonly abort: () => void }
  | (Exclude<TryResult, { kind: "answer" }> & { readonly bodyUntouched: boolean })
  /** Nobody waits for an answer: the client went away, or another try was faster. */
  | { readonly kind: "given-up" };

export interface TryOptions {
  readonly platform: Platform;
  readonly client: Pick<Exchange, "onClientGone">;
  readonly body: Body;
  readonly deadline: Deadline;
  /** For this try alone; infinite: no limit but the deadline. */
  readonly limitMs: number;
  /** Takes what gives the try up. */
  readonly onStart: ((giveUp: () => void) => void) | null;
}

export async function tryOnce(
  request: Omit<UpstreamRequest, "signal">,
  { platform, client, body, deadline, limitMs, onStart }: TryOptions,
): Promise<Tried> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let ended: "timeout" | "given-up" | null = null;
  let cancelTimer = (): void => {};
  const endAs = (why: "timeout" | "given-up") => (): void => {
    ended ??= why;
    abort();
  };
  const setTimer = (): void => {
    cancelTimer();
    const waitMs = Math.min(limitMs, deadline.atMs - platform.now());
    cancelTimer = deadline.running && waitMs <= LONGEST_TIMER_MS
      ? platform.after(Math.max(0, waitMs), endAs("timeout"))
      : (): void => {};
  };
  setTimer();
  deadline.onChange(setTimer);
  const giveUp = endAs("given-up");
  onStart?.(giveUp);
  const forgetClient = client.onClientGone(giveUp);
  const sent = await platform.send({ ...request, signal: controller.signal });
  deadline.onChange(null);
  cancelTimer();
  forgetClient();

  if (!isFailure(sent)) return { kind: "answer", answer: sent, abort };
  if (ended === "given-up" || body.broken) return { kind: "given-up" };
  const { bodyUntouched } = sent;
  if (ended === "timeout") return { kind: "timeout", bodyUntouched };
  if (sent.failure === "aborted") return { kind: "given-up" };
  return {
    kind: sent.failure === "connect" ? "connect-failure" : "reset",
    bodyUntouched,
  };
}
