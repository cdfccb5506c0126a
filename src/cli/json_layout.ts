/** JSON as a person would lay it out: what fits on a line stands on one line. */

/** Characters in a line. */
const WIDTH = 100;

/** @param value JSON; the outermost object and its members' objects are always spread over lines */
export const jsonLayout = (value: unknown): string => layOut(value, "", 0);

/** Deeper ones stand on one line if there is room. */
const SPREAD = 2;

/** @param used characters before it on its line */
function layOut(value: unknown, indent: string, used: number, depth = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const flat = flattened(value);
  if (depth >= SPREAD && used + flat.length <= WIDTH) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => inner + layOut(item, inner, inner.length + 1, depth + 1))
    : Object.entries(value).map(([key, item]) => {
      const before = `${inner}${JSON.stringify(key)}: `;
      return before + layOut(item, inner, before.length + 1, depth + 1);
    });
  return items.length === 0 ? flat : `${open}\n${items.join(",\n")}\n${indent}${close}`;
}

function flattened(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flattened).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${flattened(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
