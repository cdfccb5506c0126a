/** The audit log: who has changed, or tried to change, what, and how it ended. */

/** What an admin endpoint has done, or refused to do. */
export interface AuditEntry {
  /** In ISO 8601. */
  readonly at: string;
  readonly action: "push" | "rollback" | "drain" | "undrain";
  /** The token's subject, or the name given; `null`: neither. */
  readonly by: string | null;
  /** By what it was let in. */
  readonly credential: "token" | "jwt";
  /** The revision or the cluster that it is about; `null`: a push that was refused. */
  readonly subject: string | null;
  /** The revision in force before, as far as this isolate knew; `null`: none, or not a matter of policy. */
  readonly previous: string | null;
  readonly message: string | null;
  /** The HTTP status that it was answered with. */
  readonly status: number;
  /** Of the problem document; `null`: it was done. */
  readonly code: string | null;
  /** The client's address; `null` where nobody knows. */
  readonly ip: string | null;
}

/** How many entries are kept at least. */
export const AUDIT_KEPT = 1000;

/** Filled by each platform. No operation rejects. */
export interface AuditStore {
  /** @returns why it could not be kept; `null`: it is */
  append(entry: AuditEntry): Promise<{ readonly failure: string } | null>;
  /** Newest first. @param limit 1 to `AUDIT_KEPT` */
  read(limit: number): Promise<readonly AuditEntry[] | { readonly failure: string }>;
}
