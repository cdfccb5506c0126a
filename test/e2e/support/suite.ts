/** Runs one set of cases on both runtimes. */
import { type RunningGateway, RUNTIMES, startGateway, type StartOptions } from "./gateway.ts";

export type Case = (gateway: RunningGateway, t: Deno.TestContext) => Promise<void>;

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
          await t.step(what, () => run(gateway, t));
        }
      } finally {
        await gateway.stop();
      }
    });
  }
}
