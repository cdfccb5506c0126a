/** The Durable Object that keeps what the isolates of one deployment know together. */
import { type Ballot, Hub, type Notice } from "../../fleet/hub.ts";
import type { FleetState, HeardStatus } from "../../fleet/port.ts";
import {
  answer,
  ask,
  namespaceOf,
  type ObjectContext,
  objectNamed,
  type ObjectNamespace,
  type ObjectStorage,
} from "./durable_object.ts";
import type { Env } from "./env.ts";
import {
  type DrainQuestion,
  PROBER_PLACES,
  PROBERS_BINDING,
  type SyncAnswer,
  type SyncQuestion,
  type WakeQuestion,
} from "./fleet_questions.ts";

/** Changes mostly come in swarms: those who wait hear of all of them after so long; milliseconds. */
const GATHER_MS = 200;

/** How long a prober may take to hear that it has to begin; milliseconds. */
const WAKE_TIMEOUT_MS = 10_000;

export class FleetHub {
  readonly #storage: ObjectStorage;
  readonly #probers: ObjectNamespace | null;
  #hub!: Hub;
  /** Wakes those who wait for another state. */
  readonly #waiting = new Set<() => void>();

  constructor(context: ObjectContext, env: Env) {
    this.#storage = context.storage;
    this.#probers = namespaceOf(env, PROBERS_BINDING);
    void context.blockConcurrencyWhile(async () => {
      this.#hub = new Hub(PROBER_PLACES, await context.storage.list(), Date.now());
    });
  }

  fetch(request: Request): Promise<Response> {
    return answer(request, {
      "/sync": (question: SyncQuestion) => this.#sync(question),
      "/drain": ({ cluster, drained }: DrainQuestion) => this.#drain(cluster, drained),
      "/members": (): readonly HeardStatus[] => this.#hub.members(Date.now()),
      "/vote": (ballot: Ballot) => this.#vote(ballot),
    });
  }

  #sync({ report, known, waitMs, policy }: SyncQuestion): SyncAnswer | Response {
    const nowMs = Date.now();
    const notice = this.#hub.report(report, nowMs);
    if (policy?.checks) this.#wake(policy.revision, notice, nowMs);
    this.#settle();
    const now = this.#answer(known);
    return now !== "unchanged" || waitMs === 0 ? now : this.#answerLater(known, waitMs);
  }

  #drain(cluster: string, drained: boolean): FleetState {
    this.#hub.drain(cluster, drained);
    this.#settle();
    return this.#hub.state(Date.now());
  }

  #vote(ballot: Ballot): Notice {
    const nowMs = Date.now();
    this.#hub.vote(ballot, nowMs);
    this.#settle();
    return this.#hub.notice(nowMs);
  }

  #answer(known: string | null): SyncAnswer {
    const state = this.#hub.state(Date.now());
    return state.version === known ? "unchanged" : state;
  }

  /**
   * Answers when there is something else to say than "unchanged", or after `waitMs`. The headers go
   * at once: of the six connections of a request, those that wait for headers count.
   */
  #answerLater(known: string | null, waitMs: number): Response {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const end = async (): Promise<void> => {
      this.#waiting.delete(look);
      clearTimeout(timer);
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode(JSON.stringify(this.#answer(known))));
      await writer.close();
    };
    // An isolate that is gone hears nothing.
    const endIn = (ms: number): ReturnType<typeof setTimeout> =>
      setTimeout(() => void end().catch(() => {}), ms);
    let timer = endIn(waitMs);
    const look = (): void => {
      if (this.#answer(known) === "unchanged") return;
      this.#waiting.delete(look);
      clearTimeout(timer);
      timer = endIn(GATHER_MS);
    };
    this.#waiting.add(look);
    return new Response(readable, { headers: { "content-type": "application/json" } });
  }

  /** Stores what has changed, and tells those who wait. */
  #settle(): void {
    const unsaved = this.#hub.takeUnsaved();
    if (unsaved.size > 0) void this.#storage.put(Object.fromEntries(unsaved));
    for (const look of [...this.#waiting]) look();
  }

  /** Tells probers to begin. One that does not hear it is told again. */
  #wake(revision: string, notice: Notice | null, nowMs: number): void {
    const probers = this.#probers;
    if (probers === null) return;
    for (const place of this.#hub.wake(revision, notice !== null, nowMs)) {
      const question: WakeQuestion = { place, notice: notice ?? this.#hub.notice(nowMs) };
      const prober = objectNamed(probers, place, place);
      void ask(prober, "/wake", question, WAKE_TIMEOUT_MS).catch(() => {});
    }
  }
}
