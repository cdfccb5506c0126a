/** What comes of reading a user's words: a value, or what is wrong with them. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `problem` is a sentence without its full stop. */
  | { readonly ok: false; readonly problem: string };

export const parsed = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });

export const refused = (problem: string): { readonly ok: false; readonly problem: string } => ({
  ok: false,
  problem,
});
