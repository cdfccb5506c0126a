/** The audit log of this deployment, as an isolate sees it. */
import { AUDIT_KEPT, type AuditEntry, type AuditStore } from "../../audit/audit.ts";
import { unreachable } from "../../store/port.ts";
import { ask, namespaceOf, objectNamed, type ObjectNamespace } from "./durable_object.ts";
import type { Env } from "./env.ts";
import {
  ANSWER_TIMEOUT_MS,
  type AuditReadQuestion,
  REGISTER_BINDING,
  REGISTER_NAME,
} from "./register_questions.ts";

/** Kept by the register; where wrangler.toml has none, by each isolate for itself while it lives. */
export function auditStore(env: Env): AuditStore {
  const registers = namespaceOf(env, REGISTER_BINDING);
  return registers === null ? new IsolateAudit() : new RegisteredAudit(registers);
}

class RegisteredAudit implements AuditStore {
  readonly #registers: ObjectNamespace;

  constructor(registers: ObjectNamespace) {
    this.#registers = registers;
  }

  async append(entry: AuditEntry): Promise<{ readonly failure: string } | null> {
    try {
      return await this.#ask<null>("/audit/append", entry);
    } catch (error) {
      return { failure: unreachable(error).message };
    }
  }

  async read(limit: number): Promise<readonly AuditEntry[] | { readonly failure: string }> {
    const question: AuditReadQuestion = { limit };
    try {
      return await this.#ask<readonly AuditEntry[]>("/audit/read", question);
    } catch (error) {
      return { failure: unreachable(error).message };
    }
  }

  #ask<Answer>(path: string, question: unknown): Promise<Answer> {
    return ask<Answer>(
      objectNamed(this.#registers, REGISTER_NAME),
      path,
      question,
      ANSWER_TIMEOUT_MS,
    );
  }
}

class IsolateAudit implements AuditStore {
  /** Newest first. */
  #entries: readonly AuditEntry[] = [];

  append(entry: AuditEntry): Promise<null> {
    this.#entries = [entry, ...this.#entries].slice(0, AUDIT_KEPT);
    return Promise.resolve(null);
  }

  read(limit: number): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.#entries.slice(0, limit));
  }
}
