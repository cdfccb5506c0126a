/** What came into force without a push through whoever orders them, on its way into the history. */
import type { Finding } from "../policy/finding.ts";
import { type Activation, activationOf } from "./history.ts";
import { type PolicyStore, type StoredDocument, type StoreFailure, unreachable } from "./port.ts";
import type { Stamp } from "./stamp.ts";

export interface AdoptionOptions {
  readonly store: Pick<PolicyStore, "adopt">;
  /** Called once for each document, should it fail at first. */
  readonly onFailure: (revision: string, failure: StoreFailure) => void;
}

/** A document that may be missing from the history. */
export interface Foreign {
  readonly document: StoredDocument;
  readonly revision: string;
  /** How the history is to tell of it: worked out when somebody asks, and once. */
  readonly tell: () => Activation;
}

/** Knows one document at a time: the one in force. */
export class Adoption {
  readonly #options: AdoptionOptions;
  #waiting: Foreign | null = null;
  #hasFailed = false;

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  /** Whether there is one, and it is not known to be in the history. */
  get isDue(): boolean {
    return this.#waiting !== null;
  }

  /** @param foreign `null`: what is in force is in the history already */
  follow(foreign: Foreign | null): void {
    this.#waiting = foreign;
    this.#hasFailed = false;
  }

  /** To be run again as long as it is due. Never rejects; running it twice at once is harmless. */
  async run(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const { document, revision, tell } = waiting;
    const failure = await this.#options.store.adopt(document, tell).catch(unreachable);
    if (this.#waiting !== waiting) return;
    if (failure === null) this.#waiting = null;
    else if (!this.#hasFailed) this.#options.onFailure(revision, failure);
    this.#hasFailed = failure !== null;
  }
}

/**
 * @param put a stamp for one that came without; its time is when it was noticed
 * @returns `null` for what is in the history already
 */
export function foreign(
  document: StoredDocument,
  put: Stamp,
  findings: () => readonly Finding[],
): Foreign | null {
  const stamp = document.stamp ?? put;
  if (stamp.sequence !== undefined) return null;
  const source = document.stamp === null ? "put" : "push";
  let told: Activation | null = null;
  const tell = (): Activation => told ??= activationOf(stamp, source, findings());
  return { document, revision: stamp.revision, tell };
}
