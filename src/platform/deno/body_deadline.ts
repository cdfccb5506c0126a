/** Ends an answer's body that takes too long, after the handler has returned. */
import type { BodyDeadline } from "../../model/platform.ts";

/**
 * Deno sends the body of a fetch natively, where an abort of that fetch no longer reaches it: so a
 * body whose time is limited passes through JavaScript.
 */
export function withDeadline(
  body: ReadableStream<Uint8Array>,
  { atMs }: BodyDeadline,
): ReadableStream<Uint8Array> {
  if (atMs === Infinity) return body;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const over = new AbortController();
  // Deno logs the reason as it is: a line of text, where an error would bring its stack.
  const end = (): void =>
    over.abort("limen: an answer's body took longer than the route's timeout");
  const timer = setTimeout(end, Math.max(0, atMs - Date.now()));
  const done = (): void => clearTimeout(timer);
  body.pipeTo(writable, { signal: over.signal }).then(done, done);
  return readable;
}
