/**
 * The keys that may sign tokens: a JSON Web Key Set (RFC 7517 §5) from a URL, kept for a while.
 * Promises are never shared: on Workers, one request can't wait for another's.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

/** What a URL holds, parsed. Never rejects, and answers within a few seconds. */
export type FetchJson = (
  url: string,
) => Promise<{ readonly value: unknown } | { readonly failure: string }>;

export type KeySetEvent =
  | { readonly event: "keys_unreachable"; readonly url: string; readonly failure: string }
  | { readonly event: "keys_recovered"; readonly url: string };

export interface KeySetOptions {
  readonly url: string;
  readonly fetchJson: FetchJson;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (event: KeySetEvent) => void;
}

/** Keys of this age are fetched anew. */
const FRESH_MS = 10 * 60_000;

/** Keys of this age are used no longer, though no others can be had. */
const USABLE_MS = 60 * 60_000;

/** Not looked up again so soon: a key that the set did not hold a moment ago. */
const COOL_DOWN_MS = 30_000;

export class KeySet {
  readonly #options: KeySetOptions;
  #keys: JWTVerifyGetKey | null = null;
  #fetchedMs = -Infinity;
  #missedMs = -Infinity;
  /** Why the last fetch failed; `null`: it did not. */
  #failure: string | null = null;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The keys as last fetched; `null`: there are none that could be trusted still. */
  get known(): JWTVerifyGetKey | null {
    return this.#age() < USABLE_MS ? this.#keys : null;
  }

  /** Whether it is time for another fetch. */
  get due(): boolean {
    return this.#keys === null || this.#age() >= FRESH_MS;
  }

  /** Whether a fetch has missed a key so lately that the next one would too. */
  get coolingDown(): boolean {
    const passed = this.#options.now() - this.#missedMs;
    return passed >= 0 && passed < COOL_DOWN_MS;
  }

  /** To be called when keys that were fetched just now don't hold the one that a token names. */
  missed(): void {
    this.#missedMs = this.#options.now();
  }

  /** Fetches the set. What fails leaves the keys as they are. @returns why it failed */
  async refresh(): Promise<string | null> {
    const { url, fetchJson, now } = this.#options;
    const fetched = await fetchJson(url);
    const read = "failure" in fetched ? fetched : keysIn(fetched.value);
    if ("failure" in read) return this.#note(read.failure);
    this.#keys = read.keys;
    this.#fetchedMs = now();
    return this.#note(null);
  }

  /** A clock that was set back makes keys look old, never young. */
  #age(): number {
    const age = this.#options.now() - this.#fetchedMs;
    return age < 0 ? Infinity : age;
  }

  /** Logs a failure when it begins and when it ends. */
  #note(failure: string | null): string | null {
    const before = this.#failure;
    this.#failure = failure;
    const { url, log } = this.#options;
    if (failure !== null && failure !== before) log({ event: "keys_unreachable", url, failure });
    if (failure === null && before !== null) log({ event: "keys_recovered", url });
    return failure;
  }
}

function keysIn(
  value: unknown,
): { readonly keys: JWTVerifyGetKey } | { readonly failure: string } {
  try {
    return { keys: createLocalJWKSet(value as JSONWebKeySet) };
  } catch {
    return { failure: "what it answers is no JSON Web Key Set" };
  }
}
