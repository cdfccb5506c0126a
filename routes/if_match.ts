/** `If-Match` (RFC 9110 §13.1.1), for a store that compares with one revision. */

/** What the store is to compare with. */
export type Precondition = { readonly ifRevision?: string } | "malformed";

/** Stands for tags that match nothing: weak ones, or `*` while there is nothing. */
const NO_REVISION = "-";

const ENTITY_TAG = /^(?:W\/)?"[^"]*"$/;

/**
 * Of several tags the store is asked about the one in force here, so that any of them may match.
 *
 * @param active the revision in force as far as this isolate knows; `null`: none
 */
export function preconditionOf(ifMatch: string | undefined, active: string | null): Precondition {
  if (ifMatch === undefined) return {};
  const tags = ifMatch.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
  if (tags.length === 1 && tags[0] === "*") {
    return active === null ? { ifRevision: NO_REVISION } : {};
  }
  if (tags.length === 0 || !tags.every((tag) => ENTITY_TAG.test(tag))) return "malformed";
  // Weak tags never match here, by the strong comparison of §8.8.3.2.
  const strong = tags.filter((tag) => tag.startsWith('"')).map((tag) => tag.slice(1, -1));
  return { ifRevision: strong.find((tag) => tag === active) ?? strong[0] ?? NO_REVISION };
}
