/** Small JSON documents of others, such as key sets. */
import type { FetchJson } from "../guard/key_set.ts";

/** Characters. */
const LONGEST = 1024 * 1024;

/**
 * Follows no redirect: it might lead to a place without TLS.
 *
 * @param timeoutMs for the whole answer
 */
export const jsonFetcher = (timeoutMs: number): FetchJson => async (url) => {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { failure: `it answers ${response.status}` };
    }
    const text = await textOf(response);
    return text === null
      ? { failure: `it is longer than ${LONGEST} characters` }
      : { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { failure: "what it answers is no JSON" };
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    return { failure: timedOut ? `no answer within ${timeoutMs / 1000} s` : String(error) };
  }
};

/** @returns `null` for one that is too long: no more of it is read than that takes to see */
async function textOf({ body }: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the body.
    if (text.length > LONGEST) return null;
  }
  return text + decoder.decode();
}
