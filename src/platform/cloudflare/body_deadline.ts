/** Ends an answer's body that takes too long, after the handler has returned. */
import type { BodyDeadline } from "../../model/platform.ts";
import type { Context } from "./env.ts";

/** Streams of workerd's own: bytes pass without JavaScript, and of a known length if there is one. */
declare const FixedLengthStream: new (bytes: number) => TransformStream<Uint8Array, Uint8Array>;
declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;

/**
 * Timers of a request end with its handler unless something still runs in it. A
 * pipe does; but workerd decodes and encodes a compressed body that is piped,
 * so for these the time itself is waited for.
 */
export function withDeadline(
  response: Response,
  { atMs, abort }: BodyDeadline,
  context: Context,
): ReadableStream<Uint8Array> | null {
  const { body, headers } = response;
  if (body === null || atMs === Infinity) return body;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    abort();
    resolve();
  }, Math.max(0, atMs - Date.now()));
  if (headers.has("content-encoding")) {
    context.waitUntil(over);
    return body;
  }
  const length = headers.get("content-length");
  const { readable, writable } = length === null
    ? new IdentityTransformStream()
    : new FixedLengthStream(Number(length));
  const done = (): void => clearTimeout(timer);
  body.pipeTo(writable).then(done, done);
  return readable;
}
