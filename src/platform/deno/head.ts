/** Answers to HEAD, which tell the length of what GET would answer, or none (RFC 9110 §8.6). */

/** Fetch: no Response of these has a body, not even an empty one. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * Of an answer without a body Deno says `content-length: 0`, to HEAD too. Of a stream it does not
 * know the length, so it says none; and for HEAD it sends nothing of it.
 */
export async function answerToHead(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer;
  const { body, headers, status } = response;
  if (body !== null || headers.has("content-length") || WITHOUT_BODY.has(status)) return response;
  return new Response(new ReadableStream({ start: (stream) => stream.close() }), response);
}
