/** Paths and hosts as a policy writes them, in the form that requests have. */
import { normalizePath } from "../match/path.ts";
import { canonicalHost } from "../match/target.ts";

/**
 * The same normalisation that a request's path gets, so that `/café` in a policy
 * takes `/caf%C3%A9`.
 *
 * @throws {TypeError} if no request could have this path
 */
export function policyPath(written: string): string {
  const rooted = written.startsWith("/") ? written : "/" + written;
  const path = normalizePath(rooted);
  if (path === null) {
    throw new TypeError(
      `Cannot use the path "${written}": a backslash, control character or broken escape`,
    );
  }
  return path;
}

/**
 * The part of a prefix that ends where a segment ends: "" for the root.
 *
 * @param written without the final slash or `/*`
 */
export function policyPrefix(written: string): string {
  // A segment behind it keeps dot segments at its end from turning into a slash.
  const below = policyPath(written + "/x");
  return below.slice(0, -2);
}

/** Lower case, ASCII (IDNA), without a final dot. */
export function policyHost(written: string): string {
  // deno-lint-ignore no-control-regex
  const ascii = /^[\x00-\x7f]*$/.test(written) ? written : new URL("http://" + written).hostname;
  return canonicalHost(ascii);
}
