/** What isolates and the register ask each other, and by which names they find each other. */
import type { AuditEntry } from "../../audit/audit.ts";
import type { Activation } from "../../store/history.ts";
import type { Packed } from "../../store/packed.ts";
import type { StoreFailure } from "../../store/port.ts";
import type { DocumentRef } from "../../store/register/documents.ts";
import type { Identity } from "../../store/register/identity.ts";
import type { RegisterPush } from "../../store/register/register.ts";
import type { Stamp } from "../../store/stamp.ts";

/** Binding of wrangler.toml. */
export const REGISTER_BINDING = "REGISTER";

/** The only object of its class. */
export const REGISTER_NAME = "register";

/** How long an answer may take that waits for storage alone, or for a look at Workers KV; milliseconds. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** How long an answer to a push may take, which waits for other pushes, too; milliseconds. */
export const PUSH_TIMEOUT_MS = 60_000;

/** What is asked at `/push`, framed with the packed document; the answer is a `RegisterAnswer`. */
export interface PushQuestion {
  readonly push: RegisterPush;
  readonly document: Omit<Packed, "packed">;
}

/** What is asked at `/is-active`; the answer is a boolean. */
export interface ActiveQuestion {
  readonly asked: Identity;
}

/** What is asked at `/adopt`; the answer is the `StoreFailure`, or `null`. */
export interface AdoptQuestion {
  readonly asked: Identity;
  readonly activation: Activation;
}

/** What is asked at `/document`. */
export interface DocumentQuestion {
  readonly revision: string;
}

/** Framed with the packed document, if it is one. */
export type DocumentAnswer =
  | { readonly kind: "document"; readonly stamp: Stamp; readonly ref: DocumentRef }
  | { readonly kind: "elsewhere" | "missing" }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

/** What is asked at `/audit/append`; the answer is `null`. */
export type AuditQuestion = AuditEntry;

/** What is asked at `/audit/read`; the answer is a list of `AuditEntry`, newest first. */
export interface AuditReadQuestion {
  readonly limit: number;
}
