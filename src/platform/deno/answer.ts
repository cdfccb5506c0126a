/** An ordinary answer of an upstream, on Deno: from `fetch`, or from a WebSocket handshake that was refused. */
import { type FetchAnswer, fetchAnswer } from "../fetch_answer.ts";

export interface DenoAnswer extends FetchAnswer {
  readonly kind: "fetch";
  /** The body was compressed and fetch has decoded it: its headers no longer fit. */
  readonly decoded: boolean;
}

export const denoAnswer = (response: Response, decoded: boolean): DenoAnswer => ({
  ...fetchAnswer(response),
  kind: "fetch",
  decoded,
});
