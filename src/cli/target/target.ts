/** Where policies live, as `--to` names it: a gateway, a Workers KV namespace, a Deno KV. */
import type { Finding } from "../../policy/finding.ts";
import type { Target as Platform } from "../../policy/validate.ts";
import type { Activation } from "../../store/history.ts";
import type { PushOptions } from "../../store/push.ts";
import type { AdminApi } from "./admin.ts";
import type { ExitCode } from "../exit_codes.ts";

/** What a command is about to do with a target: nothing is made by one that only reads. */
export type Use = "read" | "write";

/** The policy that a target holds. */
export interface Active {
  /** `null`: the document has none, for it is no JSON. */
  readonly revision: string | null;
  readonly text: string;
}

export type PushAnswer =
  | {
    readonly ok: true;
    readonly revision: string;
    /** Warnings. */
    readonly findings: readonly Finding[];
    /** Why readers elsewhere can't see it yet; `null`: they can. */
    readonly pending: string | null;
  }
  | {
    readonly ok: false;
    readonly exitCode: ExitCode;
    readonly message: string;
    /** Present when the policy is why. */
    readonly findings?: readonly Finding[];
  };

export interface RollbackOptions {
  readonly ifRevision?: string;
  readonly by?: string;
  readonly message?: string;
}

export interface Target {
  /** For people: what it is, and where. */
  readonly label: string;
  /** Whether it is on this machine. */
  readonly isLocal: boolean;
  /** Whose limits count; `null` when only the target knows. */
  readonly platform: Platform | null;
  /**
   * @returns `null` when it holds no policy
   * @throws {CommandError} when it can't be reached, or refuses
   */
  active(): Promise<Active | null>;
  /** @throws {CommandError} when it can't be reached */
  push(text: string, options: PushOptions): Promise<PushAnswer>;
  /**
   * What was in force, newest first.
   *
   * @throws {CommandError} when it can't be reached, or refuses
   */
  history(): Promise<readonly Activation[]>;
  /**
   * The text of a revision.
   *
   * @returns `null` when the history does not hold it
   * @throws {CommandError} when it can't be reached, or refuses
   */
  document(revision: string): Promise<string | null>;
  /** @throws {CommandError} when it can't be reached, or its history has no such revision */
  rollback(revision: string, options: RollbackOptions): Promise<PushAnswer>;
  /** The admin API; `null`: a store, which has none. */
  readonly admin: AdminApi | null;
  close(): Promise<void>;
}
