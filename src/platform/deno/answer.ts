/** An ordinary answer of an upstream, on Deno. */
import type { Answer } from "../../model/platform.ts";
import { HeldBody } from "../small_body.ts";

/** Brought by `fetch`, or by a WebSocket handshake that was refused. */
export interface FetchAnswer extends Answer {
  readonly kind: "fetch";
  readonly response: Response;
  readonly held: HeldBody;
  /** The body was compressed and fetch has decoded it: its headers no longer fit. */
  readonly decoded: boolean;
}

export function fetchAnswer(response: Response, decoded: boolean): FetchAnswer {
  const held = new HeldBody(response);
  return {
    kind: "fetch",
    response,
    held,
    decoded,
    status: response.status,
    header: (name) => response.headers.get(name),
    discard: () => void response.body?.cancel().catch(ignore),
    hold: () => held.hold(),
  };
}

/** Cancelling a body that has failed meanwhile fails too; there is nothing left to cancel then. */
const ignore = (): void => {};
