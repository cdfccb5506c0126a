/** A store that is written straight, with no gateway in between. */
import { policyReader, revisionOfText } from "../../platform/reader.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Finding } from "../../policy/finding.ts";
import type { Target as Platform } from "../../policy/validate.ts";
import type { PolicyStore, StoredDocument, StoreRead } from "../../store/port.ts";
import { PolicyFeed, type PushResult } from "../../store/feed.ts";
import type { Activation } from "../../store/history.ts";
import type { PushOptions } from "../../store/push.ts";
import { CommandError, EXIT } from "../exit_codes.ts";
import { lostRace } from "./refusal.ts";
import type { Active, PushAnswer, RollbackOptions, Target } from "./target.ts";

export interface StoreTargetOptions {
  readonly label: string;
  readonly isLocal: boolean;
  readonly platform: Platform;
  /** A store that has written nothing yet, so that it reads what others would. */
  readonly open: () => PolicyStore;
  /** What the deployment lacks for a plan, as far as that is known here. */
  readonly accept?: (plan: Plan) => readonly Finding[];
  readonly close: () => Promise<void>;
}

/** What a store's adapter is given here. */
export const storeContext = {
  revisionOf: revisionOfText,
  now: (): number => Date.now(),
  sleep: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
} as const;

export function storeTarget(options: StoreTargetOptions): Target {
  const { label, isLocal, platform, open, accept, close } = options;
  const reader = policyReader(platform, accept);
  /** Looks at the store anew, as each of them does: what was put by hand is in the history then. */
  const follower = (): PolicyFeed =>
    new PolicyFeed({
      store: open(),
      reader,
      now: storeContext.now,
      later: () => {},
      // What is wrong with the policy in force is for its gateways to say.
      log: () => {},
    });
  const answerOf = (pushed: PushResult, wanted: string | undefined): PushAnswer => {
    if (pushed.ok) {
      const { spreadFailure, ...answer } = pushed;
      return { ...answer, pending: spreadFailure?.message ?? null };
    }
    const { code, message, findings } = pushed;
    if (code === "invalid_policy") {
      return { ok: false, exitCode: EXIT.bad, message, findings: findings ?? [] };
    }
    if (code === "too_large") return { ok: false, exitCode: EXIT.bad, message };
    const reason = code === "revision_conflict"
      ? lostRace(message, wanted)
      : code === "unknown_revision"
      ? message
      : `can't write to ${label}: ${message}`;
    return { ok: false, exitCode: EXIT.unreachable, message: reason };
  };
  return {
    label,
    isLocal,
    platform,
    close,

    async active(): Promise<Active | null> {
      const read = await open().read(null);
      if (read.kind === "missing") return null;
      const { text, stamp } = documentIn(read, label);
      return { text, revision: stamp?.revision ?? await revisionOfText(text).catch(() => null) };
    },

    async push(text: string, pushOptions: PushOptions): Promise<PushAnswer> {
      return answerOf(await follower().push(text, pushOptions), pushOptions.ifRevision);
    },

    async history(): Promise<readonly Activation[]> {
      const read = await follower().history();
      if (read.kind === "history") return read.activations;
      throw unreadable(label, read.failure.message);
    },

    async document(revision: string): Promise<string | null> {
      const read = await follower().readRevision(revision);
      return read.kind === "missing" ? null : documentIn(read, label).text;
    },

    async rollback(revision: string, rollbackOptions: RollbackOptions): Promise<PushAnswer> {
      const { ifRevision } = rollbackOptions;
      return answerOf(await follower().rollback(revision, rollbackOptions), ifRevision);
    },

    admin: null,
  };
}

function documentIn(read: StoreRead, label: string): StoredDocument {
  if (read.kind === "document") return read.document;
  throw unreadable(label, read.kind === "failed" ? read.failure.message : "it gave no document");
}

const unreadable = (label: string, reason: string): CommandError =>
  new CommandError(EXIT.unreachable, `can't read ${label}: ${reason}`);
