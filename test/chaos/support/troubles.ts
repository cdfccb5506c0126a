/** Brings a schedule's troubles upon real origins, and takes them away again. */
import { pause } from "./load.ts";
import type { Behaviour, Origin } from "./origin.ts";
import type { Phase, Spell, Trouble } from "./schedule.ts";

/** Troubles that a running origin can make itself. */
const BEHAVIOURS: Readonly<Record<Exclude<Trouble, "kill" | "freeze">, Behaviour>> = {
  hang: { kind: "hang" },
  // Some in time for a try of 300 ms, some not.
  slow: { kind: "slow", fromMs: 50, toMs: 600 },
  reset: { kind: "reset" },
  500: { kind: "status", status: 500, afterMs: 0 },
  503: { kind: "status", status: 503, afterMs: 0 },
};

/** Resolves when every origin is well again. */
export async function bring(phase: Phase, origins: readonly Origin[]): Promise<void> {
  const beganMs = Date.now();
  await Promise.all(phase.map(async (spells, i) => {
    for (const spell of spells) await suffer(origins[i]!, spell, beganMs);
  }));
}

async function suffer(origin: Origin, spell: Spell, beganMs: number): Promise<void> {
  const until = (ms: number): Promise<void> => pause(beganMs + ms - Date.now());
  await until(spell.fromMs);
  switch (spell.trouble) {
    case "kill":
      await origin.kill();
      await until(spell.toMs);
      return await origin.restart();
    case "freeze":
      origin.freeze();
      await until(spell.toMs);
      origin.thaw();
      // Resolves once it has caught up.
      return await origin.behave({ kind: "ok" });
    default:
      await origin.behave(BEHAVIOURS[spell.trouble]);
      await until(spell.toMs);
      return await origin.behave({ kind: "ok" });
  }
}
