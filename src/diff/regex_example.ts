/**
 * A text that a regex probably matches. It knows what patterns of paths and headers are mostly made
 * of; who asks has to try whether the text is one.
 */

/** One step of a pattern: a class, an escape, the beginning or the end of a group, or a character. */
const STEP =
  /\(\?[imsU-]+\)|\[\^?\]?(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|\(\?(?:P?<\w+>|[imsU-]*:)?|./gsu;

const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})[?+]?/;

export function exampleOf(pattern: string): string {
  const steps = [...pattern.matchAll(STEP)];
  /** What is written so far, in each open group. */
  const open: { text: string; done: string | null }[] = [{ text: "", done: null }];
  let skipTo = 0;
  for (const { 0: step, index } of steps) {
    if (index < skipTo) continue;
    const group = open.at(-1)!;
    // Flags, as in (?i), stand for no character.
    if (/^\(.*\)$/.test(step)) continue;
    let piece: string;
    if (step.startsWith("(")) {
      open.push({ text: "", done: null });
      continue;
    } else if (step === "|") {
      // The first way through a group is as good as any.
      group.done ??= group.text;
      group.text = "";
      continue;
    } else if (step === ")" && open.length > 1) {
      open.pop();
      piece = group.done ?? group.text;
    } else piece = atom(step);
    const [quantifier = "", times] =
      QUANTIFIER.exec(pattern.slice(index + step.length, index + step.length + 16)) ?? [];
    skipTo = index + step.length + quantifier.length;
    open.at(-1)!.text += piece.repeat(Math.min(Number(times ?? 1), 64));
  }
  const { text, done } = open[0]!;
  return done ?? text;
}

/** One character, or none. */
function atom(step: string): string {
  if (step === "^" || step === "$" || /^\\[AzbB]$/.test(step)) return "";
  if (step === ".") return "x";
  if (step.startsWith("\\")) {
    return /^\\[a-zA-Z]/.test(step) ? ESCAPES[step[1]!] ?? "a" : step.slice(1);
  }
  if (!step.startsWith("[") || step === "[") return step;
  if (step.startsWith("[^")) return LETTERS.find((letter) => !step.includes(letter)) ?? "x";
  const first = step.slice(1, -1);
  return first.startsWith("\\") ? atom(first.slice(0, 2)) : first[0] ?? "";
}

const ESCAPES: Readonly<Record<string, string>> = { d: "1", s: " ", S: "x", D: "x", t: "\t" };

const LETTERS = ["x", "1", "~", "é"];
