/** Ends an answer's body that takes too long, after the handler has returned. */
import type { BodyDeadline } from "../../model/platform.ts";
import { watchBody } from "../body_watch.ts";

/**
 * Deno sends the body of a fetch natively, where an abort of that fetch no longer reaches it: so a
 * body whose time is limited passes through JavaScript.
 */
export function withDeadline(
  body: ReadableStream<Uint8Array>,
  deadline: BodyDeadline,
): ReadableStream<Uint8Array> {
  if (deadline.atMs === Infinity && deadline.idleMs === Infinity) return body;
  const over = new AbortController();
  // Deno logs the reason as it is: a line of text, where an error would bring its stack.
  const watch = watchBody(
    deadline,
    () => over.abort("limen: an answer's body took longer than the route's timeout"),
  );
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      watch.moved();
      controller.enqueue(chunk);
    },
  });
  body.pipeTo(writable, { signal: over.signal }).then(watch.over, watch.over);
  return readable;
}
