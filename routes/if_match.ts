/** `If-Match` and `If-None-Match` (RFC 9110 §13.1), for a store that compares with one revision. */
import { NO_POLICY } from "../src/store/port.ts";

/** What the store is to compare with; `unmatchable`: with whatever it holds, it would not match. */
export type Precondition = { readonly ifRevision?: string } | "malformed" | "unmatchable";

const ENTITY_TAG = /^(?:W\/)?"[^"]*"$/;

/** `If-None-Match: *` is for the first policy of all; no other form means anything for a push. */
export function preconditionIn(
  header: (name: string) => string | undefined,
  active: string | null,
): Precondition {
  const ifNoneMatch = header("if-none-match");
  if (ifNoneMatch === undefined) return preconditionOf(header("if-match"), active);
  const isFirst = ifNoneMatch.trim() === "*" && header("if-match") === undefined;
  return isFirst ? { ifRevision: NO_POLICY } : "malformed";
}

/**
 * Of several tags the store is asked about the one in force here, so that any of them may match.
 *
 * @param active the revision in force as far as this isolate knows; `null`: none
 */
export function preconditionOf(ifMatch: string | undefined, active: string | null): Precondition {
  if (ifMatch === undefined) return {};
  const tags = ifMatch.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
  if (tags.length === 1 && tags[0] === "*") {
    return active === null ? "unmatchable" : {};
  }
  if (tags.length === 0 || !tags.every((tag) => ENTITY_TAG.test(tag))) return "malformed";
  // Weak tags never match here, by the strong comparison of §8.8.3.2.
  const strong = tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1));
  const ifRevision = strong.find((tag) => tag === active) ?? strong[0];
  return ifRevision === undefined ? "unmatchable" : { ifRevision };
}
