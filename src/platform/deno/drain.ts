/** Stops a server without cutting off what is under way. */

export class Drain {
  #uploads = 0;
  #wake: (() => void) | null = null;

  /** Counts a request with a body until it is answered. */
  upload(response: Response | Promise<Response>): Promise<Response> {
    this.#uploads++;
    return Promise.resolve(response).finally(() => {
      if (--this.#uploads === 0) this.#wake?.();
    });
  }

  /**
   * Deno's `shutdown` lets responses finish but breaks uploads (denoland/deno#36809), so it is
   * called only once none is under way.
   *
   * @param graceMs for all of it; then this resolves all the same
   */
  async run(shutdown: () => Promise<void>, graceMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, graceMs));
    const uploaded = new Promise<void>((resolve) => this.#wake = resolve);
    try {
      if (this.#uploads > 0) await Promise.race([uploaded, patience]);
      await Promise.race([shutdown(), patience]);
    } finally {
      clearTimeout(timer);
    }
  }
}
