/** The register's state in memory and in storage, which are never apart for longer than a commit. */
import { serial } from "./serial.ts";
import { load, type RegisterState, type Step } from "./state.ts";
import type { RegisterStorage } from "./storage.ts";

export interface BookOptions {
  readonly storage: RegisterStorage;
  /** The first state, when nothing was ever stored. May reject. */
  readonly begin: () => Promise<Step>;
}

export class Book {
  readonly #options: BookOptions;
  readonly #serially = serial();
  /** `null`: to be loaded. */
  #state: RegisterState | null = null;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /**
   * The state as it is after everything that was asked for before.
   *
   * @throws whatever the storage does
   */
  read(): Promise<RegisterState> {
    return this.#serially(() => this.#loaded());
  }

  /**
   * Decides on the state as it is then, and stores the outcome; nobody else does in between.
   *
   * @param decide `null`: nothing changes
   * @throws whatever the storage does: nothing is changed then
   */
  update<T>(
    decide: (state: RegisterState) => { readonly step: Step | null; readonly result: T },
  ): Promise<T> {
    return this.#serially(async () => {
      const { step, result } = decide(await this.#loaded());
      if (step !== null) await this.#commit(step);
      return result;
    });
  }

  async #loaded(): Promise<RegisterState> {
    this.#state ??= await load(this.#options.storage);
    if (this.#state === null) await this.#commit(await this.#options.begin());
    return this.#state!;
  }

  async #commit({ state, change }: Step): Promise<void> {
    // Should this fail, only the storage knows what it holds.
    this.#state = null;
    await this.#options.storage.commit(change);
    this.#state = state;
  }
}
