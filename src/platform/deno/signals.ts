/** Signals to stop. */

/**
 * Resolves at the first one. Later ones change nothing: a Ctrl-C often comes twice, from the
 * terminal and from the process that waits for this one.
 */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    // SIGHUP: the terminal was closed.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}
