/** What is said of a policy that a target has taken: by a push or a rollback. */
import { printFindings } from "./findings.ts";
import { print, say } from "./output.ts";
import type { PushAnswer } from "./target/target.ts";

export interface AcceptedOptions {
  /** As findings call it. */
  readonly file: string;
  /** The revision that was in force before; `null`: none. */
  readonly previous: string | null;
  readonly json: boolean;
}

/** The last line on standard output is the revision. */
export function tellAccepted(
  { revision, findings, pending }: PushAnswer & { readonly ok: true },
  { file, previous, json }: AcceptedOptions,
): void {
  if (json) {
    const extra = pending === null ? {} : { pending };
    print(JSON.stringify({ revision, previous, findings, ...extra }, null, 2));
  } else {
    printFindings(file, findings);
    print(revision);
  }
  if (pending === null) return;
  say(`limen: stored, but gateways elsewhere don't see it yet, and it is tried again: ${pending}`);
}
