/**
 * The tries of one request: each goes to an endpoint of its own, has its place in the cluster's
 * circuit breaker, and is followed by another one only if that is worth it, allowed and in time.
 */
import type { AttemptOutcome, Cause } from "../decision/decision.ts";
import type { AttemptNote } from "../decision/recorder.ts";
import { enterFirstTry, enterRetry, leaveFirstTry, leaveRetry } from "../health/circuit_breaker.ts";
import { type Fault, fault } from "../model/fault.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { ClusterPlan } from "../plan/plan.ts";
import { type Choice, choose, chooseNext, type Draw } from "../steer/choose.ts";
import type { MemberShare } from "../steer/shares.ts";
import { retryWaitMs } from "./backoff.ts";
import type { Body } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import type { Forwarding } from "./forwarding.ts";
import { asksForRest, worthRetrying } from "./retry.ts";
import { sendTo } from "./send_to.ts";
import type { Tried } from "./try.ts";

/** A try that somebody still waits for. */
export type Ended = Exclude<Tried, { kind: "given-up" }>;

/** A try that may be made: it is counted already. */
export interface Attempt {
  readonly choice: Choice;
  /** Before it is sent. */
  readonly waitMs: number;
  /** Gives its place in the circuit breaker up. */
  readonly leave: () => void;
  /** `null`: nobody wants to know how it goes. */
  readonly note: AttemptNote | null;
}

const leaveNothing = (): void => {};

export class Attempts {
  readonly forwarding: Forwarding;
  readonly body: Body;
  readonly deadline: Deadline;
  readonly #shares: readonly MemberShare[];
  readonly #draw: Draw;
  readonly #choices: Choice[] = [];
  #headers: MutableHeaders | null = null;

  constructor(forwarding: Forwarding, body: Body, deadline: Deadline) {
    const { steering, route, key, from, decision } = forwarding;
    this.forwarding = forwarding;
    this.body = body;
    this.deadline = deadline;
    this.#shares = steering.shares(route, from);
    const admit = decision === null ? steering.admit : decision.watching(steering.admit);
    this.#draw = { key, random: steering.random, admit };
  }

  /** The first try. Who is full says so at once, and nobody else gets the request (`circuit_open`). */
  first(): Attempt | Fault {
    const { steering, route } = this.forwarding;
    const choice = choose(route, this.#shares, steering.upstreams, this.#draw);
    this.#noteDraw(typeof choice === "string" ? null : choice);
    if (choice === "no_healthy_upstream") {
      return fault("no_healthy_upstream", "Every endpoint is out of service.");
    }
    if (choice === "over_capacity") {
      return fault("over_capacity", "The clusters of this route have as much as they can take.");
    }
    const { plan, vitals } = choice.cluster;
    if (plan.breaker === null) return this.#begun(choice, "first", 0, leaveNothing);
    if (enterFirstTry(vitals.breaker, plan.breaker) === "circuit_open") {
      return fault("circuit_open", "As many requests as the policy allows are under way.");
    }
    const leave = this.#inFlight(() => leaveFirstTry(vitals.breaker));
    return this.#begun(choice, "first", 0, leave);
  }

  /** Whether what a try brought is worth another one, and the request may be sent again. */
  isRetriable(tried: Ended): boolean {
    const { exchange, route } = this.forwarding;
    if (tried.kind === "answer") {
      const { status } = tried.answer;
      return worthRetrying({ kind: "answer", status }, exchange.method, route.retry) &&
        this.body.repeatable && !asksForRest((name) => tried.answer.header(name));
    }
    return worthRetrying(tried, exchange.method, route.retry) &&
      (this.body.repeatable || tried.bodyUntouched);
  }

  /**
   * One more try, counted as a retry.
   *
   * @param after what the try before it brought; `null` for a hedge, which waits for nothing
   * @returns `null`: there is no time, no capacity, or no room in the circuit breaker for one more
   */
  next(after: Ended | null): Attempt | null {
    const { platform, steering, route } = this.forwarding;
    const { retry } = route;
    const cause = after === null ? "hedge" : "retry";
    const tries = this.#choices.length;
    const before = this.#choices[tries - 1]!;
    const choice = chooseNext(
      route,
      this.#shares,
      this.#choices,
      steering.upstreams,
      this.#draw,
      tries === retry.attempts,
    );
    if (choice === null) return this.#none("capacity");
    const nowMs = platform.now();
    const waitMs = after === null ? 0 : retryWaitMs({
      n: tries,
      retryAfter: after.kind === "answer" ? after.answer.header("retry-after") : null,
      elsewhere: choice.endpoint.record !== before.endpoint.record,
      nowMs,
      deadlineMs: this.deadline.atMs,
      random: platform.random(),
    }, retry);
    if (waitMs === null || nowMs + waitMs >= this.deadline.atMs) return this.#none("time");
    const { plan, vitals } = choice.cluster;
    if (plan.breaker === null) return this.#begun(choice, cause, waitMs, leaveNothing);
    if (enterRetry(vitals.breaker, plan.breaker) === "refused") return this.#none("circuit_open");
    const leave = this.#inFlight(() => leaveRetry(vitals.breaker));
    return this.#begun(choice, cause, waitMs, leave);
  }

  #noteDraw(choice: Choice | null): void {
    const { decision, route, key, steering } = this.forwarding;
    if (decision === null) return;
    const cluster = (index: number): ClusterPlan => steering.upstreams.cluster(index).plan;
    decision.drew({ route, shares: this.#shares, sticky: key !== null, cluster }, choice);
  }

  /** There is no further try. */
  #none(why: "capacity" | "time" | "circuit_open"): null {
    const { decision } = this.forwarding;
    if (decision !== null) decision.noRetry = why;
    return null;
  }

  #inFlight(leave: () => void): () => void {
    const { health, platform } = this.forwarding;
    return health.inFlight.enter(platform.now(), this.deadline.atMs, leave);
  }

  /** Sends a try. The body is opened by whoever decides when the try before it has to let go of it. */
  send(
    { choice, note }: Attempt,
    outgoing: ReturnType<Body["open"]>,
    onStart?: (giveUp: () => void) => void,
  ): Promise<Tried> {
    note?.sent();
    const sent = sendTo(choice, {
      headers: this.#headersFor(choice),
      outgoing,
      body: this.body,
      deadline: this.deadline,
      client: this.forwarding.exchange,
      ...(onStart !== undefined && { onStart }),
    }, this.forwarding);
    return note === null ? sent : sent.then((tried) => {
      note.ended(outcomeOf(tried));
      return tried;
    });
  }

  #begun(choice: Choice, cause: Cause, waitMs: number, leave: () => void): Attempt {
    const before = this.#choices[this.#choices.length - 1];
    if (before !== undefined && before.member !== choice.member) this.#headers = null;
    this.#choices.push(choice);
    const note = this.forwarding.decision?.attempt(choice, cause, waitMs) ?? null;
    return { choice, waitMs, leave, note };
  }

  /** They depend on the member alone, and tries mostly stay with theirs. */
  #headersFor({ member }: Choice): MutableHeaders {
    return this.#headers ??= this.forwarding.headersFor(member);
  }
}

const outcomeOf = (tried: Tried): AttemptOutcome =>
  tried.kind === "answer" ? tried.answer.status : tried.kind;
