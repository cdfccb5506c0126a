/** What a command's exit code says. */
export const EXIT = {
  done: 0,
  /** The policy, or the answer, is bad. */
  bad: 1,
  /** An unknown command or option, a file that is not there. */
  usage: 2,
  /**
   * The gateway or the store can't be reached, or refused; or Limen itself failed ("a bug"), which
   * says nothing about a policy either.
   */
  unreachable: 3,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** Ends a command with a message for people on standard error. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What an unknown thrown thing says for itself, in one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0] || "no reason given";
}
