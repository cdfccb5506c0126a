/** Notes what becomes of one request, for whoever may have its decision told. */
import type { ForwardPlan } from "../plan/plan.ts";
import type { Choice } from "../steer/choose.ts";
import { clusterShares, type MemberShare } from "../steer/shares.ts";
import type {
  AttemptOutcome,
  Cause,
  Chosen,
  DecidedAttempt,
  Decision,
  DrawnBy,
  InjectedFault,
} from "./decision.ts";

/** A try, for whoever makes it. */
export interface AttemptNote {
  sent(): void;
  ended(outcome: AttemptOutcome): void;
}

/** A cluster as far as it is named. */
interface Named {
  readonly name: string;
}

/** What a route's members are chosen by. */
export interface Drawing {
  readonly route: ForwardPlan;
  readonly shares: readonly MemberShare[];
  /** Whether the caller's key decides. */
  readonly sticky: boolean;
  /** Of the cluster with that index. */
  readonly cluster: (index: number) => Named;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export class DecisionRecorder {
  revision: string | null = null;
  route: string | null = null;
  answered: Decision["answered"] | null = null;
  newCookie = false;
  noRetry: NonNullable<Decision["noRetry"]> | null = null;
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #full = new Set<string>();
  readonly #attempts: Mutable<DecidedAttempt>[] = [];
  /** In flight: each ends its note, as of now. */
  readonly #open = new Set<(outcome: AttemptOutcome) => void>();
  readonly #mirrors: string[] = [];
  #shares: Readonly<Record<string, number>> | null = null;
  #chosen: Chosen | null = null;
  #panic: readonly string[] = [];
  #fault: InjectedFault = {};

  /** @param now milliseconds since the epoch; the request has just arrived */
  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  delayed(delayMs: number): void {
    this.#fault = { ...this.#fault, delayMs };
  }

  aborted(abortStatus: number): void {
    this.#fault = { ...this.#fault, abortStatus };
  }

  /** `admit`, with an eye on who is full. */
  watching<Cluster extends Named>(
    admit: (cluster: Cluster) => boolean,
  ): (cluster: Cluster) => boolean {
    return (cluster) => {
      const admitted = admit(cluster);
      if (!admitted) this.#full.add(cluster.name);
      return admitted;
    };
  }

  /** What the first try's cluster was drawn from. @param choice `null`: nobody can serve it */
  drew({ route, shares, sticky, cluster }: Drawing, choice: Choice | null): void {
    this.#shares = Object.fromEntries(
      [...clusterShares(shares)].filter(([, share]) => share > 0)
        .map(([index, share]) => [cluster(index).name, tidy(share)]),
    );
    if (choice === null) return;
    const { name } = choice.cluster.plan;
    const member = cluster(route.members[choice.drawn]!.cluster).name;
    const spilled = this.#full.size > 0;
    this.#chosen = {
      member,
      by: drawnBy(route, shares, choice.drawn, sticky),
      cluster: name,
      ...(spilled ? { moved: "capacity" } : member !== name && { moved: "failover" }),
    };
    this.#panic = shares[choice.drawn]!.panicking.map((index) => cluster(index).name);
  }

  /** A try is to be made. @param waitMs of its back-off */
  attempt({ cluster, endpoint }: Choice, cause: Cause, waitMs: number): AttemptNote {
    const before = this.#attempts.length;
    const attempt: Mutable<DecidedAttempt> = {
      cluster: cluster.plan.name,
      endpoint: endpoint.plan.index,
      cause,
      // Only the latest try is ever repeated or hedged.
      ...(before > 0 && { of: before }),
      ...(waitMs > 0 && { waitMs }),
      outcome: "not-sent",
    };
    this.#attempts.push(attempt);
    let sentMs = 0;
    const ended = (outcome: AttemptOutcome): void => {
      if (!this.#open.delete(ended)) return;
      attempt.tookMs = this.#since(sentMs, this.#now());
      attempt.outcome = outcome;
    };
    const sent = (): void => {
      this.#open.add(ended);
      sentMs = this.#now();
      attempt.atMs = this.#since(this.#startMs, sentMs);
    };
    return { sent, ended };
  }

  mirrored({ cluster, endpoint }: Pick<Choice, "cluster" | "endpoint">): void {
    this.#mirrors.push(`${cluster.plan.name}/${endpoint.plan.index}`);
  }

  /** The response's headers are about to go. @returns `null`: there was nothing to decide */
  decision(): Decision | null {
    const { revision, route, answered, newCookie, noRetry } = this;
    if (answered === null) return null;
    // Nobody waits for these any more.
    for (const ended of [...this.#open]) ended("given-up");
    const full = [...this.#full];
    return {
      revision,
      route,
      answered,
      totalMs: this.#since(this.#startMs, this.#now()),
      ...(this.#shares !== null && { shares: this.#shares }),
      ...(this.#chosen !== null && { chosen: this.#chosen }),
      ...(newCookie && { newCookie: true }),
      ...(full.length > 0 && { full }),
      ...(this.#panic.length > 0 && { panic: this.#panic }),
      ...(Object.keys(this.#fault).length > 0 && { fault: this.#fault }),
      ...(this.#attempts.length > 0 && { attempts: this.#attempts }),
      ...(noRetry !== null && { noRetry }),
      ...(this.#mirrors.length > 0 && { mirrors: this.#mirrors }),
    };
  }

  /** A wall clock may be set back meanwhile. */
  #since(fromMs: number, toMs: number): number {
    return Math.max(0, toMs - fromMs);
  }
}

function drawnBy(
  { members, select }: ForwardPlan,
  shares: readonly MemberShare[],
  drawn: number,
  sticky: boolean,
): DrawnBy {
  if (members.length === 1) return "only";
  if (select === "weight") return sticky ? "sticky" : "weight";
  if (select === "nearest") return "nearest";
  const most = Math.max(...shares.map(({ weight }) => weight));
  return shares[drawn]!.weight < most ? "exploring" : "fastest";
}

/** To four decimals: what a person reads. */
const tidy = (share: number): number => Math.round(share * 1e4) / 1e4;
