/** Where somebody is, as key and value: `region=eu-west-1,ip=203.0.113.7`, or an object of the same. */

/** Each key once; no key and no value is empty. */
export type Pairs = ReadonlyMap<string, string>;

/** @returns the pairs, or what is wrong: a sentence without its full stop */
export function pairsIn(texts: readonly string[]): Pairs | { readonly problem: string } {
  const pairs = new Map<string, string>();
  for (const pair of texts.flatMap((text) => text.split(","))) {
    const at = pair.indexOf("=");
    const [key, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 0 || key === "" || value === "") {
      return { problem: `"${pair}" is not of the form key=value, such as region=eu-west-1` };
    }
    if (pairs.has(key)) return { problem: `${key} is given twice` };
    pairs.set(key, value);
  }
  return pairs;
}

/** The same of what a policy's test says. */
export function pairsOf(
  from: string | Readonly<Record<string, string | number | undefined>>,
): Pairs | { readonly problem: string } {
  if (typeof from === "string") return pairsIn([from]);
  const pairs = new Map<string, string>();
  for (const [key, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const text = typeof value === "number" ? decimal(value) : value.trim();
    if (key.trim() === "" || text === "") return { problem: `${key} has no value` };
    pairs.set(key, text);
  }
  return pairs;
}

/** Small degrees would have an exponent, which nobody reads as degrees. */
const decimal = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(12).replace(/0+$/, "");
