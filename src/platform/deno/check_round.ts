/** One round of all health checks, for a cron: instances that wake up start informed. */
import { Checker, type SendCheck } from "../../check/checker.ts";
import { type FleetFailure, isFleetFailure } from "../../fleet/port.ts";
import type { Plan } from "../../plan/plan.ts";
import type { DenoFleetStore } from "./fleet_store.ts";

export interface CheckRoundOptions {
  readonly plan: Plan;
  readonly store: DenoFleetStore;
  readonly send: SendCheck;
  readonly secret: (name: string) => string | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const CHECKS_AT_ONCE = 100;

/** Thresholds count over rounds: each one goes on where the last one, wherever it ran, ended. */
export async function checkRound(options: CheckRoundOptions): Promise<FleetFailure | null> {
  const { plan, store, send, secret, now } = options;
  const memory = await store.readChecks();
  if (isFleetFailure(memory)) return memory;
  const checker = new Checker({
    send,
    secret,
    now,
    random: () => Math.random(),
    concurrency: CHECKS_AT_ONCE,
    onVerdict: () => {},
  });
  checker.adopt(plan);
  checker.recall(memory);
  await checker.runAll();
  return await store.writeChecks(checker.memory());
}
