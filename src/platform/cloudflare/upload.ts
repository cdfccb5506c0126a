/** A request's body on its way upstream. */
import type { OutgoingBody } from "../../model/platform.ts";

/** A stream of workerd's own: bytes pass without JavaScript, and their number is announced. */
declare const FixedLengthStream: new (bytes: number) => TransformStream<Uint8Array, Uint8Array>;

export interface Upload {
  readonly content: BodyInit | null;
  /** It was the client's end that failed. To be asked once fetch has failed. */
  readonly broken: () => boolean;
}

/**
 * Of a stream handed to fetch as it is, nobody could tell which end broke: fetch
 * words both alike. A pipe fails before fetch does, if its source is to blame.
 */
export function uploadOf(body: OutgoingBody | null): Upload {
  const whole = { broken: () => false };
  if (body === null) return { ...whole, content: null };
  if (body.kind === "bytes") return { ...whole, content: body.bytes };
  // Of unknown length: recorded by the core, which sees for itself what its source does.
  if (body.length === null) return { ...whole, content: body.stream };
  const { readable, writable } = new FixedLengthStream(body.length);
  let broken = false;
  body.stream.pipeTo(writable).catch(() => broken = true);
  return { content: readable, broken: () => broken };
}
