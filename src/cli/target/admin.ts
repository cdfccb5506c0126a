/** A gateway's admin API, for what no store alone can tell. */
import type { AnswerName } from "./answers.ts";

/** Who asks for a change, and why: for the audit log. */
export interface Said {
  readonly by?: string;
  readonly message?: string;
}

export interface Asking extends Said {
  /** Sent as JSON; absent: none. */
  readonly body?: unknown;
}

export interface AdminApi {
  /**
   * Asks an endpoint, and reads its JSON.
   *
   * @param path below Limen's prefix, such as `status` or `clusters/aws/drain`
   * @param answer what it has to be, at the least
   * @throws {CommandError} when it can't be reached or refuses, with its reason, or is no Limen: exit
   *   code 1 when the answer is that what was sent is not valid (422), 3 otherwise
   */
  ask<Answer>(
    method: "GET" | "POST",
    path: string,
    answer: AnswerName,
    asking?: Asking,
  ): Promise<Answer>;
}
