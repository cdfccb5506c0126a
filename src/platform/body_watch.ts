/** Watches an answer's body pass: how long it takes, and how long it brings nothing. */
import type { BodyDeadline } from "../model/platform.ts";

export interface BodyWatch {
  /** Something has come. */
  moved(): void;
  /** It has ended, in whatever way. */
  over(): void;
}

/** @param end called once, when the body is out of time */
export function watchBody({ atMs, idleMs }: BodyDeadline, end: () => void): BodyWatch {
  let idle: ReturnType<typeof setTimeout> | undefined;
  const moved = (): void => {
    if (idleMs === Infinity) return;
    clearTimeout(idle);
    idle = setTimeout(end, idleMs);
  };
  const timer = atMs === Infinity ? undefined : setTimeout(end, Math.max(0, atMs - Date.now()));
  moved();
  return {
    moved,
    over: () => {
      clearTimeout(timer);
      clearTimeout(idle);
    },
  };
}
