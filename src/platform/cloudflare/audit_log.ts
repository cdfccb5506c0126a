/** The audit log in a Durable Object's storage: numbered entries, of which the oldest go. */
import { AUDIT_KEPT, type AuditEntry } from "../../audit/audit.ts";
import { serial } from "../../store/register/serial.ts";
import type { ObjectStorage } from "./durable_object.ts";

const PREFIX = "audit/";

/** Keys sort as their numbers do. */
const keyOf = (number: number): string => PREFIX + String(number).padStart(15, "0");

/** Headers may be long, and a value may not: what people write is cut; characters. */
const MAX_TEXT = 2_000;

export class AuditLog {
  readonly #storage: ObjectStorage;
  readonly #serially = serial();
  /** Of the next entry; `null`: to be found out. */
  #next: number | null = null;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** @throws whatever the storage does */
  append(entry: AuditEntry): Promise<null> {
    return this.#serially(async () => {
      const number = this.#next ?? await this.#first();
      // Whether a write that failed took the number, only the storage knows.
      this.#next = null;
      await Promise.all([
        this.#storage.put({ [keyOf(number)]: shortened(entry) }),
        this.#storage.delete([keyOf(number - AUDIT_KEPT)]),
      ]);
      this.#next = number + 1;
      return null;
    });
  }

  /** Newest first. @throws whatever the storage does */
  async read(limit: number): Promise<readonly AuditEntry[]> {
    const found = await this.#storage.list({ prefix: PREFIX, reverse: true, limit });
    return [...found.values()] as AuditEntry[];
  }

  async #first(): Promise<number> {
    const [last] = (await this.#storage.list({ prefix: PREFIX, reverse: true, limit: 1 })).keys();
    return last === undefined ? AUDIT_KEPT : Number(last.slice(PREFIX.length)) + 1;
  }
}

function shortened(entry: AuditEntry): AuditEntry {
  const short = (text: string | null): string | null => text?.slice(0, MAX_TEXT) ?? null;
  return {
    ...entry,
    by: short(entry.by),
    subject: short(entry.subject),
    message: short(entry.message),
  };
}
