/** What `fetch` brought, as the core sees it. */
import type { Answer } from "../model/platform.ts";
import { HeldBody } from "./small_body.ts";

export interface FetchAnswer extends Answer {
  readonly response: Response;
  readonly held: HeldBody;
}

export function fetchAnswer(response: Response): FetchAnswer {
  const held = new HeldBody(response);
  return {
    response,
    held,
    status: response.status,
    header: (name) => response.headers.get(name),
    discard: () => void response.body?.cancel().catch(ignore),
    hold: (onChunk) => held.hold(onChunk),
  };
}

/** Cancelling a body that has failed meanwhile fails too; there is nothing left to cancel then. */
const ignore = (): void => {};
