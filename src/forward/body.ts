/**
 * A request's body for as many tries as it can serve. Small bodies are read
 * whole before the first try. Large ones are handed on as the platform has
 * them, once: that keeps their length and costs next to nothing a byte. Those
 * of unknown length are recorded while they stream through.
 */
import type { IncomingBody, OutgoingBody } from "../model/platform.ts";
import { RecordedBody } from "./recorded_body.ts";

export interface Body {
  /**
   * For one more try; the one before gets nothing from now on. If not
   * `repeatable`, only for the first, or if nothing was read since.
   */
  open(): OutgoingBody | null;
  readonly repeatable: boolean;
  /** May be opened for several tries at a time. */
  readonly shareable: boolean;
  /** The client broke off: what the upstream made of it says nothing about the upstream. */
  readonly broken: boolean;
  /** The client has sent all of it, apart from `unseenBytes`. */
  readonly received: boolean;
  /** Bytes that may still be on their way without anyone telling; their time is not the upstream's. */
  readonly unseenBytes: number;
  /** Calls back when the upstream begins to wait for the client (`true`), and when it has to no longer. */
  onWait(callback: (waiting: boolean) => void): void;
}

const whole = {
  repeatable: true,
  shareable: true,
  broken: false,
  received: true,
  unseenBytes: 0,
  onWait: (): void => {},
} as const;

/** @param keepBytes what may be held in memory for further tries; 0: nothing */
export async function bodyOf(incoming: IncomingBody | null, keepBytes: number): Promise<Body> {
  if (incoming === null) return { ...whole, open: () => null };
  const { length } = incoming;
  if (length === null) return new RecordedBody(incoming.stream(), keepBytes);
  if (length > keepBytes) {
    const open = (): OutgoingBody => ({ kind: "stream", stream: incoming.stream(), length });
    return { ...whole, open, repeatable: false, shareable: false, unseenBytes: length };
  }
  const bytes = await incoming.bytes();
  return { ...whole, open: () => ({ kind: "bytes", bytes }) };
}
