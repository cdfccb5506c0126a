/** Every write, done or refused, as a line in the operator's log and an entry in the audit log. */
import type { AuditEntry, AuditStore } from "../../src/audit/audit.ts";
import type { Later } from "../../src/store/feed.ts";

export type WriteEvent =
  | { readonly event: "admin_write" } & { readonly [Key in keyof AuditEntry]: AuditEntry[Key] }
  | { readonly event: "audit_lost"; readonly failure: string } & Pick<AuditEntry, "at" | "action">;

export interface WriteLog {
  readonly store: AuditStore;
  readonly log: (event: WriteEvent) => void;
}

/** Characters of what a client has written. */
const LONGEST = 1_000;

/** Nobody waits for the store: what it could not keep stands in the log. */
export function logWrite(entry: AuditEntry, { store, log }: WriteLog, later: Later): void {
  const { by, message, subject } = entry;
  const fitted = { ...entry, by: cut(by), message: cut(message), subject: cut(subject) };
  log({ event: "admin_write", ...fitted });
  later(keep(fitted, store, log));
}

async function keep(entry: AuditEntry, store: AuditStore, log: WriteLog["log"]): Promise<void> {
  const lost = await store.append(entry).catch((error) => ({ failure: String(error) }));
  if (lost === null) return;
  const { at, action } = entry;
  log({ event: "audit_lost", failure: lost.failure, at, action });
}

const cut = (text: string | null): string | null =>
  text === null || text.length <= LONGEST ? text : `${text.slice(0, LONGEST).toWellFormed()}…`;
