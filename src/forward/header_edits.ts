/** Applies what a policy says about a message's headers. */
import type { MutableHeaders } from "../model/headers.ts";
import type { HeaderEditsPlan } from "../plan/plan.ts";

/** Removals first, then replacements, then additions. */
export function applyEdits(headers: MutableHeaders, edits: HeaderEditsPlan | null): void {
  if (edits === null) return;
  for (const name of edits.remove) headers.delete(name);
  for (const [name, value] of edits.set) headers.set(name, value);
  for (const [name, value] of edits.add) headers.append(name, value);
}
