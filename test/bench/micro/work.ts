/** What a case is: work that is prepared once and then done as often as asked. */

/** Does its work `times` over. */
export type Work = (times: number) => void;

/** Each prepares its work first: that time is nobody's. */
export type Cases = Readonly<Record<string, () => Work>>;

/** Keeps results alive, so that no compiler can leave the work out. */
const sink: { last: unknown } = { last: null };

export const repeat = (work: () => unknown): Work => (times) => {
  for (let i = 0; i < times; i++) sink.last = work();
};
