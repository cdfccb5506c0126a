/** How long an upstream may take for one exchange, all tries together (Envoy route timeout). */

/** Where the policy sets no timeout: for the answer's headers. Its body may take as long as it likes. */
export const DEFAULT_HEADERS_TIMEOUT_MS = 15_000;

/** Timers of every runtime go off at once beyond this, some 24 days: longer limits are none. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Uploads whose end can't be seen are given the time they need at this rate. */
const SLOWEST_UPLOAD_BYTES_PER_MS = 128;

/** What is added to every limit for bytes of the request whose way nobody can see; milliseconds. */
export const uploadMs = (unseenBytes: number): number => unseenBytes / SLOWEST_UPLOAD_BYTES_PER_MS;

/**
 * Counts from the moment the request has been received in full. While it is
 * still being received, counts from the last moment the client was waited for,
 * so that an upstream that takes none of the body does not hold it for ever.
 */
export class Deadline {
  /** Milliseconds since the epoch; infinite while the client is waited for, or if there is no limit. */
  atMs = Infinity;
  readonly #limitMs: number;
  #running = false;
  #onChange: (() => void) | null = null;

  /**
   * @param timeoutMs the route's timeout; `null`: none set; 0: no limit
   * @param unseenBytes of the request that are on their way without anyone seeing their end
   */
  constructor(timeoutMs: number | null, unseenBytes: number) {
    const limitMs = (timeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS) + uploadMs(unseenBytes);
    this.#limitMs = timeoutMs === 0 || limitMs > LONGEST_TIMER_MS ? Infinity : limitMs;
  }

  /** Whether it is the upstream's time that passes. */
  get running(): boolean {
    return this.#running;
  }

  /** Begins anew. */
  start(nowMs: number): void {
    this.#running = true;
    this.atMs = nowMs + this.#limitMs;
    this.#onChange?.();
  }

  pause(): void {
    this.#running = false;
    this.atMs = Infinity;
    this.#onChange?.();
  }

  /** Calls back at every `start` and `pause`. `null`: no longer. */
  onChange(callback: (() => void) | null): void {
    this.#onChange = callback;
  }
}
