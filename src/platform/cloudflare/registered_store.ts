/**
 * The policy store of a deployment whose pushes are ordered by a register: read from Workers KV,
 * written through the register.
 */
import type { Activation } from "../../store/history.ts";
import { pack, unpack } from "../../store/packed.ts";
import {
  type HistoryRead,
  type PolicyStore,
  type StoredDocument,
  type StoreFailure,
  type StoreRead,
  type StoreWrite,
  unreachable,
  type WriteOptions,
} from "../../store/port.ts";
import { DAMAGED } from "../../store/register/documents.ts";
import { identityOf } from "../../store/register/identity.ts";
import type { RegisterAnswer } from "../../store/register/register.ts";
import type { Stamp } from "../../store/stamp.ts";
import { versionOf } from "../../store/version.ts";
import { ask, objectNamed, type ObjectNamespace, send } from "./durable_object.ts";
import type { Fetcher } from "./env.ts";
import { frame, unframe } from "./framed.ts";
import type { KvPolicyStore } from "./policy_store.ts";
import {
  type ActiveQuestion,
  type AdoptQuestion,
  ANSWER_TIMEOUT_MS,
  type DocumentAnswer,
  type DocumentQuestion,
  PUSH_TIMEOUT_MS,
  type PushQuestion,
  REGISTER_NAME,
} from "./register_questions.ts";

export class RegisteredPolicyStore implements PolicyStore {
  readonly #registers: ObjectNamespace;
  readonly #kv: KvPolicyStore;

  constructor(registers: ObjectNamespace, kv: KvPolicyStore) {
    this.#registers = registers;
    this.#kv = kv;
  }

  read(known: StoredDocument | null): Promise<StoreRead> {
    return this.#kv.read(known);
  }

  async write(text: string, stamp: Stamp, options: WriteOptions = {}): Promise<StoreWrite> {
    const { source = "push", findings = [], ifRevision = null } = options;
    // What KV shows now it may show for a while yet.
    const before = await this.#kv.read(null);
    const { packed, ...document } = await pack(text);
    const question: PushQuestion = { push: { stamp, source, findings, ifRevision }, document };
    try {
      const body = frame(question, [packed]);
      const response = await send(this.#register(), "/push", body, PUSH_TIMEOUT_MS);
      const answer = JSON.parse(await response.text()) as RegisterAnswer;
      if (answer.kind === "refused") return { kind: "failed", failure: answer.failure };
      return await this.#accepted(text, answer, before);
    } catch (error) {
      const { code, message } = unreachable(error);
      return { kind: "failed", failure: { code, message: `${message}; ${UNCERTAIN}` } };
    }
  }

  async history(): Promise<HistoryRead> {
    try {
      return await this.#ask<HistoryRead>("/history", null);
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  async readRevision(revision: string): Promise<StoreRead> {
    const question: DocumentQuestion = { revision };
    try {
      const body = JSON.stringify(question);
      const response = await send(this.#register(), "/document", body, ANSWER_TIMEOUT_MS);
      const { head, bytes } = await unframe<DocumentAnswer>(response);
      if (head.kind === "elsewhere") return await this.#kv.readRevision(revision);
      if (head.kind === "failed") return head;
      if (head.kind !== "document") return { kind: "missing" };
      const text = await unpack([bytes], head.ref);
      if (text === null) return { kind: "failed", failure: DAMAGED };
      const { stamp } = head;
      return { kind: "document", document: { text, stamp, version: versionOf(stamp) } };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  async adopt(document: StoredDocument, tell: () => Activation): Promise<StoreFailure | null> {
    const asked = await identityOf(document);
    try {
      // Every isolate that starts asks this; the first of all has to tell.
      if (await this.#ask<boolean>("/is-active", { asked } satisfies ActiveQuestion)) return null;
      const question: AdoptQuestion = { asked, activation: tell() };
      return await this.#ask<StoreFailure | null>("/adopt", question);
    } catch (error) {
      return unreachable(error);
    }
  }

  readLastGood(fingerprint: string): Promise<StoreRead> {
    return this.#kv.readLastGood(fingerprint);
  }

  lastGoodFingerprints(): Promise<readonly string[]> {
    return this.#kv.lastGoodFingerprints();
  }

  writeLastGood(text: string, stamp: Stamp): Promise<StoreFailure | null> {
    return this.#kv.writeLastGood(text, stamp);
  }

  async #accepted(
    text: string,
    { stamp, spreadFailure, lastGoodFailure }: RegisterAnswer & { readonly kind: "accepted" },
    before: StoreRead,
  ): Promise<StoreWrite> {
    const document = { text, stamp, version: versionOf(stamp) };
    this.#kv.wrote(document, before.kind === "document" ? before.document : null);
    // Read back: where KV shows the write at once, as local ones do, nothing is held against it.
    if (spreadFailure === null) await this.#kv.read(null);
    return { kind: "written", document, lastGoodFailure, spreadFailure };
  }

  #ask<Answer>(path: string, question: unknown): Promise<Answer> {
    return ask<Answer>(this.#register(), path, question, ANSWER_TIMEOUT_MS);
  }

  #register(): Fetcher {
    return objectNamed(this.#registers, REGISTER_NAME);
  }
}

const UNCERTAIN = "the history tells whether it was taken all the same";
