/** How long an upstream may take for one exchange, all tries together (Envoy route timeout). */

/** Where the policy sets no timeout: for the answer's headers. Its body may take as long as it likes. */
export const DEFAULT_HEADERS_TIMEOUT_MS = 15_000;

/** Uploads whose end can't be seen are given the time they need at this rate. */
const SLOWEST_UPLOAD_BYTES_PER_MS = 128;

/** Counts from the moment the request has been received in full. */
export class Deadline {
  /** Milliseconds since the epoch; infinite until it has started, or if there is none. */
  atMs = Infinity;
  readonly #limitMs: number;
  #started = false;
  #onStart: (() => void) | null = null;

  /**
   * @param timeoutMs the route's timeout; `null`: none set; 0: no limit
   * @param unseenBytes of the request that are on their way without anyone seeing their end
   */
  constructor(timeoutMs: number | null, unseenBytes: number) {
    const limitMs = timeoutMs === null ? DEFAULT_HEADERS_TIMEOUT_MS : timeoutMs;
    this.#limitMs = limitMs === 0 ? Infinity : limitMs + unseenBytes / SLOWEST_UPLOAD_BYTES_PER_MS;
  }

  start(nowMs: number): void {
    this.#started = true;
    this.atMs = nowMs + this.#limitMs;
    this.#onStart?.();
  }

  /** Calls back once the time runs: at once, if it does already. Keeps the latest callback only. */
  whenStarted(callback: () => void): void {
    if (this.#started) callback();
    else this.#onStart = callback;
  }
}
