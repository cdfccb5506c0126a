/** What Workers KV's history holds that the register does not. */
import { versionOf } from "../version.ts";
import type { Listed } from "./outlet.ts";
import type { Draft, RegisterState } from "./state.ts";

/**
 * Oldest first. What is older than all that the register keeps is none of it, and what claims to be
 * from the future stays there until then.
 *
 * @param listed newest first
 * @param nowMs milliseconds since the epoch
 */
export function unknownIn(
  listed: readonly Listed[],
  { entries }: RegisterState,
  nowMs: number,
): Listed[] {
  const nameOf = (at: string, revision: string): string => `${at}/${revision}`;
  const known = new Set(entries.map(({ stamp }) => nameOf(stamp.at, stamp.revision)));
  const since = entries[0]?.stamp.at ?? "";
  return listed
    .filter(({ activation: { at, revision } }) =>
      at > since && Date.parse(at) <= nowMs && !known.has(nameOf(at, revision))
    )
    .reverse();
}

/** Its document stays in KV. */
export const draftOf = ({ activation: { source, findings }, stamp }: Listed): Draft => ({
  stamp,
  source,
  findings,
  document: null,
  found: versionOf(stamp),
  isNoted: true,
});
