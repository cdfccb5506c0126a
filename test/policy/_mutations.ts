/** What goes wrong with real policies: in their values, and in their text. */
import * as fc from "fast-check";

type Json = unknown;
type Step = string | number;
type Container = Record<Step, Json>;

const deep = (levels: number, [open, close]: readonly [string, string]): Json =>
  JSON.parse(open.repeat(levels) + "1" + close.repeat(levels));

/** Keys that mean something to JavaScript, or to nobody. */
const keys = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", "$"),
  fc.constantFrom(
    "name",
    "to",
    "split",
    "match",
    "path",
    "endpoints",
    "clusters",
    "routes",
    "Path",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);

const texts = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "/",
    "/*",
    "/**",
    "/a/*",
    "//",
    "/%",
    "/%zz",
    "/\u0000",
    "/..",
    "*",
    "*.",
    ".",
  ),
  fc.constantFrom(
    "aws",
    "dc",
    "pop",
    "rest",
    "toString",
    "__proto__",
    "secret:",
    "secret:X",
    "\\9",
  ),
  fc.constantFrom("0s", "1ns", "99999999999999999999h", "1h1h", "-5s", "1.5s", "5", "1e3ms", "0B"),
  fc.constantFrom(
    "http://",
    "https://[::1]:0",
    "https://a:99999",
    "http://\u0000",
    "HTTPS://A.B",
    "//a",
  ),
  fc.constantFrom("(", "(?=a)", "(a*)*$", "[\u0000-\u{10ffff}]", "a{1000}{1000}", "\\", "(?P<n>a)"),
  fc.constantFrom(
    "0.0.0.0/33",
    "::/129",
    "1.2.3",
    "::ffff:1.2.3.4",
    "10.0.0.0/08",
    "eu-*",
    "us-east/*",
  ),
  fc.constantFrom(
    "\ud800",
    "\udfff\ud800",
    "\u202e\u2066",
    "\u2028",
    "\ufeff",
    "e\u0301",
    "\u{1f6a2}",
  ),
  fc.constant("x".repeat(70_000)),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const numbers = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    1,
    0.1,
    99.99999999,
    101,
    1e21,
    -1e308,
    1.7976931348623157e308,
    5e-324,
  ),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53, 2 ** 64, 65_536, 600, 99, 1e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

/** Near what stands there, so that much of it stays valid. */
type Nudge = "more" | "less" | "zero" | "other case" | "longer";

const values: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: texts },
  { weight: 3, arbitrary: numbers },
  { weight: 2, arbitrary: fc.constantFrom<Json>(null, true, false, [], {}, [[]], [{}], [null]) },
  fc.constantFrom(deep(30, ["[", "]"]), deep(62, ['{"a":', "}"]), deep(200, ["[", "]"])),
  fc.jsonValue({ maxDepth: 3 }),
);

type Change =
  | {
    readonly do: "delete" | "duplicate" | "wrap" | "move";
    readonly at: number;
    readonly to: number;
  }
  | { readonly do: "nudge"; readonly at: number; readonly how: Nudge }
  | { readonly do: "replace"; readonly at: number; readonly value: Json }
  | {
    readonly do: "rename" | "add";
    readonly at: number;
    readonly key: string;
    readonly value: Json;
  };

const place = fc.nat(1_000_000);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    do: fc.constantFrom("delete" as const, "duplicate" as const, "wrap" as const, "move" as const),
    at: place,
    to: place,
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("nudge" as const),
      at: place,
      how: fc.constantFrom<Nudge>("more", "less", "zero", "other case", "longer"),
    }),
  },
  fc.record({ do: fc.constant("replace" as const), at: place, value: values }),
  fc.record({
    do: fc.constantFrom("rename" as const, "add" as const),
    at: place,
    key: keys,
    value: values,
  }),
);

/** One to four changes to the values of a document. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(change, {
  minLength: 1,
  maxLength: 4,
});

/** A document with all of them made, one after the other. */
export function changed(document: Json, all: readonly Change[]): Json {
  const root = { root: structuredClone(document) };
  // Cloned, for a list that is added to itself would have no end.
  for (const one of all) make(root, structuredClone(one));
  return root.root;
}

function make(root: Container, one: Change): void {
  // Below the document itself, which stays an object mostly.
  const places = placesIn(root).slice(1);
  if (places.length === 0) return;
  const [parent, step] = places[one.at % places.length]!;
  const value = parent[step];
  switch (one.do) {
    case "delete":
      if (Array.isArray(parent)) parent.splice(Number(step), 1);
      else delete parent[step];
      return;
    case "duplicate":
      if (Array.isArray(parent)) parent.splice(Number(step), 0, structuredClone(value));
      else put(parent, `${step}2`, structuredClone(value));
      return;
    case "wrap":
      return void put(parent, step, one.to % 2 === 0 ? [value] : { [String(step)]: value });
    case "move": {
      const [other, there] = places[one.to % places.length]!;
      return void put(other, there, structuredClone(value));
    }
    case "nudge":
      return void put(parent, step, nudged(value, one.how));
    case "replace":
      return void put(parent, step, one.value);
    case "rename":
      if (Array.isArray(parent)) return void put(parent, step, one.value);
      delete parent[step];
      return void put(parent, one.key, value);
    case "add":
      if (Array.isArray(value)) value.push(one.value);
      else if (typeof value === "object" && value !== null) {
        put(value as Container, one.key, one.value);
      } else put(parent, step, one.value);
  }
}

function nudged(value: Json, how: Nudge): Json {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") {
    return {
      more: value + 1,
      less: value - 1,
      zero: 0,
      "other case": -value,
      longer: value * 10,
    }[how];
  }
  if (typeof value !== "string") return value;
  const digits = (by: number): string => value.replace(/\d+/, (text) => String(Number(text) + by));
  return {
    more: digits(1),
    less: digits(-1),
    zero: value.replace(/\d+/, "0"),
    "other case": value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase(),
    longer: `${value}x`,
  }[how];
}

/** Its own, whatever it is called. */
function put(object: Container, key: Step, value: Json): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function placesIn(root: Container): [Container, Step][] {
  const found: [Container, Step][] = [];
  const open: Container[] = [root];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    const steps: Step[] = Array.isArray(container) ? [...container.keys()] : Object.keys(container);
    for (const step of steps) {
      found.push([container, step]);
      const value = container[step];
      if (typeof value === "object" && value !== null) open.push(value as Container);
    }
  }
  return found;
}

const scraps = fc.oneof(
  fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "/*", "*/", "//", "\\", "\\u", "\\ud800", "'"),
  fc.constantFrom(
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\u0000",
    "\ufeff",
    "\u2028",
    "\ud800",
    "\u{1f6a2}",
    "\u0301",
  ),
  fc.constantFrom(
    "1e999",
    "-1e999",
    "9".repeat(400),
    "0x10",
    "01",
    "-",
    "1.",
    ".5",
    "+1",
    "1e-400",
  ),
  fc.constantFrom(
    "NaN",
    "Infinity",
    "undefined",
    "True",
    "null",
    "{}",
    "[[",
    '"__proto__":',
    '"a":1,',
  ),
  fc.constantFrom("[".repeat(100), '{"a":'.repeat(100), "[".repeat(20_000)),
  fc.string({ unit: "binary", maxLength: 10 }),
);

interface Edit {
  /** Where, as a part of what is left of the text. */
  readonly at: number;
  readonly gone: number;
  readonly scrap: string;
  readonly do: "insert" | "cut off" | "repeat";
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.oneof({ weight: 5, arbitrary: fc.nat(2) }, fc.nat(400)),
  scrap: fc.oneof(scraps, fc.constantFrom("", " ", "1", "a", "\n", "/* */")),
  do: fc.constantFrom("insert", "insert", "insert", "cut off", "repeat"),
});

/** One to four edits of a text. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 4 });

/** A text with all of them made, one after the other. */
export function edited(text: string, all: readonly Edit[]): string {
  return all.reduce((text, { at, gone, scrap, do: how }) => {
    const from = Math.floor(at * text.length);
    const [before, piece, after] = [
      text.slice(0, from),
      text.slice(from, from + gone),
      text.slice(from + gone),
    ];
    switch (how) {
      case "insert":
        return before + scrap + after;
      case "cut off":
        return before + scrap;
      case "repeat":
        return before + piece + piece + scrap + after;
    }
  }, text);
}
