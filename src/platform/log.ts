/** The operator's log: one JSON object a line. */

export type LogEvent = { readonly event: string } & Readonly<Record<string, unknown>>;
export type Log = (event: LogEvent) => void;

/** @param now milliseconds since the epoch */
export function logger(write: (line: string) => void, now: () => number): Log {
  return (event) => write(JSON.stringify({ time: new Date(now()).toISOString(), ...event }));
}

/** An unexpected error: a bug, or a platform that misbehaves. */
export function logError(event: string, error: unknown): LogEvent {
  const detail = error instanceof Error ? error.stack ?? error.message : String(error);
  return { event, error: detail };
}
