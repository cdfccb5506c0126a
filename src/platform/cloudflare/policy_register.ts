/** The Durable Object that orders pushes, and keeps the history and the audit log. */
import type { StoreFailure } from "../../store/port.ts";
import { Register } from "../../store/register/register.ts";
import { logger } from "../log.ts";
import { AuditLog } from "./audit_log.ts";
import { answer, type ObjectContext } from "./durable_object.ts";
import type { Env } from "./env.ts";
import { frame, unframe } from "./framed.ts";
import { MAX_STAMP_BYTES, SETTLE_MS } from "./kv_namespace.ts";
import { registerOutlet } from "./register_outlet.ts";
import type {
  ActiveQuestion,
  AdoptQuestion,
  AuditQuestion,
  AuditReadQuestion,
  DocumentAnswer,
  DocumentQuestion,
  PushQuestion,
} from "./register_questions.ts";
import { registerStorage } from "./register_storage.ts";
import { settingsOf } from "./settings.ts";

// deno-lint-ignore no-console
const log = logger((line) => console.log(line), () => Date.now());

const now = (): number => Date.now();
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function atMost<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class PolicyRegister {
  readonly #register: Register;
  readonly #audit: AuditLog;

  constructor({ storage }: ObjectContext, env: Env) {
    const { historyKept } = settingsOf(env);
    this.#audit = new AuditLog(storage);
    this.#register = new Register({
      storage: registerStorage(storage),
      outlet: registerOutlet(env.POLICIES, { sleep }),
      limits: { kept: historyKept, maxStampBytes: MAX_STAMP_BYTES },
      settleMs: SETTLE_MS,
      now,
      atMost,
      onFailure: (failure: StoreFailure) => log({ event: "policy_not_spread", failure }),
    });
  }

  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/push") return await this.#push(request);
    return await answer(request, {
      "/is-active": ({ asked }: ActiveQuestion) => this.#register.isActive(asked),
      "/adopt": ({ asked, activation }: AdoptQuestion) => this.#register.adopt(asked, activation),
      "/history": () => this.#register.history(),
      "/document": ({ revision }: DocumentQuestion) => this.#document(revision),
      "/audit/append": (entry: AuditQuestion) => this.#audit.append(entry),
      "/audit/read": ({ limit }: AuditReadQuestion) => this.#audit.read(limit),
    });
  }

  alarm(): Promise<void> {
    return this.#register.wake();
  }

  async #push(request: Request): Promise<Response> {
    const { head, bytes } = await unframe<PushQuestion>(request);
    const { push, document } = head;
    return Response.json(await this.#register.push(push, { ...document, packed: bytes }));
  }

  async #document(revision: string): Promise<Response> {
    const document = await this.#register.document(revision);
    if (document.kind !== "document") return new Response(frame(document, []));
    const { pieces, ...head } = document;
    return new Response(frame(head satisfies DocumentAnswer, pieces));
  }
}
