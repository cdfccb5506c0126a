/** Work that comes round again and again, for as long as the process serves. */

export interface Loop {
  /** The next turn comes now; if one is under way, right after it. */
  wake(): void;
  /** Resolves once the last turn is over. */
  readonly done: Promise<void>;
}

/** The longest that a timer of the runtime takes: 2³¹ − 1 ms. */
const LONGEST_MS = 0x7fff_ffff;

/**
 * Runs `turn` at once and then over and over, until `signal` aborts.
 *
 * @param turn must not reject. @returns milliseconds until the next turn; `Infinity`: until woken
 */
export function startLoop(turn: () => Promise<number>, signal: AbortSignal): Loop {
  let isWoken = false;
  let end: (() => void) | null = null;
  const wake = (): void => {
    isWoken = true;
    end?.();
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (isWoken || signal.aborted) return resolve();
      const timer = setTimeout(() => end?.(), Math.min(Math.max(0, ms), LONGEST_MS));
      end = () => {
        end = null;
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    signal.addEventListener("abort", wake);
    while (!signal.aborted) {
      isWoken = false;
      await pause(await turn());
    }
    signal.removeEventListener("abort", wake);
  };
  return { wake, done: run() };
}
