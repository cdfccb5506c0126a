/** Runs one set of cases on both runtimes. */
import { type RunningGateway, RUNTIMES, startGateway, type StartOptions } from "./gateway.ts";

export type Case = (gateway: RunningGateway, t: Deno.TestContext) => Promise<void>;

/** A case that waits for something that never happens fails instead of hanging. */
const PATIENCE_MS = 15_000;

/**
 * One test for each runtime, with the cases as its steps. They share one
 * gateway, started once; a case pushes the policy that it needs.
 */
export function suite(
  name: string,
  cases: Readonly<Record<string, Case>>,
  options: StartOptions = {},
): void {
  for (const runtime of RUNTIMES) {
    Deno.test(`${name} on ${runtime}`, async (t) => {
      const gateway = await startGateway(runtime, options);
      try {
        for (const [what, run] of Object.entries(cases)) {
          await t.step(what, (step) => patiently(run(gateway, step)));
        }
      } finally {
        await gateway.stop();
      }
    });
  }
}

async function patiently(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
