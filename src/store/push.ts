/** A push: validate, test, stamp, store. What `PUT /_limen/policy` and `limen push` share. */
import type { Plan } from "../plan/plan.ts";
import type { Finding } from "../policy/finding.ts";
import { judgeText } from "./judge.ts";
import type { ActivationSource } from "./history.ts";
import type { PolicyStore, StoredDocument, StoreFailure, StoreFailureCode } from "./port.ts";
import type { PolicyReader } from "./reader.ts";
import type { Stamp } from "./stamp.ts";

/** Workers KV ends at 25 MiB; this leaves room for what comes with the text. */
export const MAX_POLICY_BYTES = 20 * 1024 * 1024;

export interface PushOptions {
  /** Refuse with `revision_conflict` unless this is the active policy's revision, or `NO_POLICY`. */
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
  /** "push" unless set. */
  readonly source?: ActivationSource;
}

export interface PushRefused {
  readonly ok: false;
  /** `unknown_revision`: a rollback to what the history does not hold. */
  readonly code: "invalid_policy" | "unknown_revision" | StoreFailureCode;
  readonly message: string;
  readonly findings?: readonly Finding[];
}

export interface Pushed {
  readonly ok: true;
  readonly revision: string;
  /** Warnings. */
  readonly findings: readonly Finding[];
  readonly plan: Plan;
  readonly document: StoredDocument;
  readonly lastGoodFailure: StoreFailure | null;
  /** Why readers elsewhere can't see it yet; `null`: they can. */
  readonly spreadFailure: StoreFailure | null;
}

export interface PushContext {
  readonly store: PolicyStore;
  readonly reader: PolicyReader;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Nothing is stored unless the policy is valid, passes its own tests and, given `ifRevision`, nobody
 * came first.
 */
export async function push(
  text: string,
  options: PushOptions,
  { store, reader, now }: PushContext,
): Promise<Pushed | PushRefused> {
  if (isTooLarge(text)) {
    const message = `The policy is larger than ${MAX_POLICY_BYTES / 1024 / 1024} MiB`;
    return { ok: false, code: "too_large", message };
  }
  const judged = await judgeText(text, reader);
  if (!judged.ok) {
    const { message, findings } = judged;
    return { ok: false, code: "invalid_policy", message, findings };
  }
  const { plan, revision, findings } = judged;
  const { by, message, ifRevision, source = "push" } = options;
  const stamp: Stamp = {
    revision,
    fingerprint: reader.fingerprint,
    at: new Date(now()).toISOString(),
    ...(by === undefined ? {} : { by }),
    ...(message === undefined ? {} : { message }),
  };
  const written = await store.write(text, stamp, {
    source,
    findings,
    ...(ifRevision === undefined ? {} : { ifRevision }),
  });
  if (written.kind === "failed") return { ok: false, ...written.failure };
  const { document, lastGoodFailure, spreadFailure } = written;
  return { ok: true, revision, findings, plan, document, lastGoodFailure, spreadFailure };
}

function isTooLarge(text: string): boolean {
  // A UTF-16 unit becomes one to three bytes: most texts need no count.
  if (text.length > MAX_POLICY_BYTES) return true;
  if (text.length * 3 <= MAX_POLICY_BYTES) return false;
  return new TextEncoder().encode(text).length > MAX_POLICY_BYTES;
}
