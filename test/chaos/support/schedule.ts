/** Which endpoint is in which trouble when: drawn from a seed, so that a run can be repeated. */

export const TROUBLES = ["kill", "hang", "freeze", "slow", "reset", "500", "503"] as const;
export type Trouble = typeof TROUBLES[number];

export interface Spell {
  readonly trouble: Trouble;
  /** Milliseconds from the start of the phase. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Each endpoint's spells in the order of time, none overlapping another. */
export type Phase = readonly (readonly Spell[])[];

export interface PhaseOptions {
  readonly endpoints: number;
  readonly lengthMs: number;
  /** At the end of the phase every endpoint is in trouble for so long. */
  readonly allMs: number;
}

const SPELL_MS = [300, 900] as const;
const REST_MS = [100, 500] as const;

/** Deals the troubles as from a shuffled pack of cards: none comes again before all have come. */
export function dealer(random: () => number): () => Trouble {
  let pack: Trouble[] = [];
  return () => {
    if (pack.length === 0) pack = [...TROUBLES];
    return pack.splice(Math.floor(random() * pack.length), 1)[0]!;
  };
}

/** @param random uniform in [0, 1) */
export function drawPhase(
  { endpoints, lengthMs, allMs }: PhaseOptions,
  deal: () => Trouble,
  random: () => number,
): Phase {
  const between = ([from, to]: readonly [number, number]): number =>
    Math.round(from + random() * (to - from));
  return Array.from({ length: endpoints }, () => {
    const spells: Spell[] = [];
    let atMs = between(REST_MS);
    while (true) {
      const toMs = atMs + between(SPELL_MS);
      if (toMs + REST_MS[0] > lengthMs - allMs) break;
      spells.push({ trouble: deal(), fromMs: atMs, toMs });
      atMs = toMs + between(REST_MS);
    }
    return [...spells, { trouble: deal(), fromMs: lengthMs - allMs, toMs: lengthMs }];
  });
}
