/** Ends an answer's body that takes too long, after the handler has returned. */
import type { BodyDeadline } from "../../model/platform.ts";
import { type BodyWatch, watchBody } from "../body_watch.ts";
import type { Context } from "./env.ts";

/** Streams of workerd's own: bytes pass without JavaScript, and of a known length if there is one. */
declare const FixedLengthStream: new (bytes: number) => TransformStream<Uint8Array, Uint8Array>;
declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;

/**
 * Timers of a request end with its handler unless something still runs in it. A
 * pipe does; but workerd decodes and encodes a compressed body that is piped,
 * so for these the time itself is waited for, unless its pauses matter too.
 */
export function withDeadline(
  response: Response,
  deadline: BodyDeadline,
  context: Context,
): ReadableStream<Uint8Array> | null {
  const { body, headers } = response;
  const { atMs, idleMs, abort } = deadline;
  if (body === null || (atMs === Infinity && idleMs === Infinity)) return body;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const watch = watchBody(deadline, () => {
    abort();
    resolve();
  });
  const encoded = headers.has("content-encoding");
  if (encoded && idleMs === Infinity) {
    context.waitUntil(ended);
    return body;
  }
  const length = encoded ? null : headers.get("content-length");
  const { readable, writable } = length === null
    ? new IdentityTransformStream()
    : new FixedLengthStream(Number(length));
  const seen = idleMs === Infinity ? body : body.pipeThrough(telling(watch));
  seen.pipeTo(writable).then(watch.over, watch.over);
  return readable;
}

/** Passes everything through JavaScript, the only place where each chunk can be seen. */
const telling = (watch: BodyWatch): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform: (chunk, controller) => {
      watch.moved();
      controller.enqueue(chunk);
    },
  });
