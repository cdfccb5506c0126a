/** What has to hold for any two policies: those here come from one by changes at random. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { diffPolicies } from "../../src/diff/diff.ts";
import { orderChanges } from "../../src/diff/order.ts";
import { canonicalJson } from "../../src/policy/revision.ts";
import type { PolicyRoute } from "../../src/policy/schema/policy.ts";
import { type Policy } from "../../src/policy/schema/policy.ts";
import { RICH, sideIn, sideOf } from "./support.ts";

type Json = Record<string | number, unknown>;

/** Every place in a document. */
function* placesIn(value: unknown): Generator<{ holder: Json; key: string | number }> {
  if (typeof value !== "object" || value === null) return;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys) {
    yield { holder: value as Json, key };
    yield* placesIn((value as Json)[key]);
  }
}

/** Which place, what is done there, and with what. */
interface Edit {
  readonly at: number;
  readonly what: "replace" | "remove" | "copy" | "swap" | "rename";
  readonly value: number;
}

const VALUES: readonly unknown[] = [
  ...["1s", "2m", "aws", "dc", "pop", "/new/*", "/a", "GET", "PUT", "yes", "x.test", "upstream"],
  ...["https://new.test", "secret:A", "10.1.0.0/16", "least-request", "eu-west-1", "x-new"],
  ...[0, 1, 2, 50, 99, 404, true, false, ["dc"], [], {}, { path: "/b" }, { prefix: "p" }],
];

/** Changes the document; some edits do nothing, and many make it invalid. */
function edit(document: unknown, { at, what, value }: Edit): void {
  const places = [...placesIn(document)];
  const { holder, key } = places[at % places.length]!;
  if (what === "replace") {
    const old = holder[key];
    holder[key] = typeof old === "number" && value % 2 === 0
      ? old + 1
      : VALUES[value % VALUES.length];
  } else if (what === "copy") {
    // What stands elsewhere under the same name has the right form.
    const alike = places.filter((place) => typeof key === "number" ? true : place.key === key);
    const source = alike[value % alike.length]!;
    holder[key] = structuredClone(source.holder[source.key]);
  } else if (what === "remove") {
    if (Array.isArray(holder)) holder.splice(key as number, 1);
    else delete holder[key];
  } else if (what === "swap") {
    if (!Array.isArray(holder)) return;
    const other = value % holder.length;
    [holder[key as number], holder[other]] = [holder[other], holder[key as number]];
  } else {
    const route = (document as { routes: Json[] }).routes;
    const renamed = route[value % Math.max(route.length, 1)];
    if (renamed !== undefined) renamed["name"] = `renamed-${at % 5}`;
  }
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.nat({ max: 10_000 }),
    what: fc.constantFrom("replace", "replace", "remove", "copy", "swap", "rename"),
    value: fc.nat({ max: 10_000 }),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Those edits are taken after which the policy is still valid. */
async function edited(document: unknown, all: readonly Edit[]): Promise<unknown> {
  let kept = document;
  for (const one of all) {
    const next = structuredClone(kept);
    edit(next, one);
    if (await sideIn(JSON.stringify(next)) !== null) kept = next;
  }
  return kept;
}

Deno.test("diff: no change is told exactly where the documents are the same", async () => {
  let differing = 0;
  await fc.assert(
    fc.asyncProperty(edits, edits, async (first, second) => {
      const one = await edited(RICH, first);
      const before = await sideOf(one);
      const after = await sideOf(await edited(one, second));
      const { changes, text } = diffPolicies(before, after);
      const plain = changes.filter(({ kind }) => kind !== "warning");
      assert.equal(plain.length === 0, before.revision === after.revision);
      assert.equal(text === "", before.text === after.text);
      if (before.revision !== after.revision) differing++;
      for (const { path, message } of changes) {
        assert.ok(path !== "" && message !== "" && !/undefined|\[object/.test(message), message);
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(differing > 75, `only ${differing} pairs differed`);
});

Deno.test("diff: every single edit is told, and at its place", async () => {
  const before = await sideOf(RICH);
  const places = [...placesIn(RICH)];
  let told = 0;
  for (const [at, { holder, key }] of places.entries()) {
    // A route by another name is another route, or a renamed one: told, but elsewhere.
    if (key === "name") continue;
    const edits: Edit[] = [
      { at, what: "remove", value: 0 },
      // With its neighbour.
      { at, what: "swap", value: Number(key) + 1 },
      ...[0, 1, 2, 3, 4, 5].map((n): Edit => ({ at, what: "replace", value: 7 * at + 5 * n })),
    ];
    for (const one of edits) {
      const document = structuredClone(RICH);
      edit(document, one);
      const after = await sideIn(JSON.stringify(document));
      if (after === null || after.revision === before.revision) continue;
      told++;
      const where = pathTo(RICH, at);
      const paths = diffPolicies(before, after).changes.map(({ path }) => path);
      assert.ok(
        paths.some((path) => isWithin(path, where) || isWithin(where, path)),
        `${where} (${JSON.stringify(holder)}, ${one.what} ${key}) is not in ${paths.join(", ")}`,
      );
    }
  }
  assert.ok(told > 150, `only ${told} edits were valid`);
});

/** The path of the place with this number, items of lists without their index: they may have moved. */
function pathTo(document: unknown, wanted: number): string {
  let at = -1;
  let found = "";
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Array.isArray(value) ? [...value.keys()] : Object.keys(value)) {
      const next = typeof key === "number" ? path : path === "" ? key : `${path}.${key}`;
      if (++at === wanted) found = next;
      walk((value as Json)[key], next);
    }
  };
  walk(document, "");
  return found;
}

const withoutIndices = (path: string): string =>
  path.replaceAll(/\[\d+\]/g, "").replaceAll(/\["([^"]*)"\]/g, ".$1");

const isWithin = (path: string, other: string): boolean =>
  `${withoutIndices(path)}.`.startsWith(`${withoutIndices(other)}.`);

Deno.test("diff: layout, comments and the order of keys never count", async () => {
  await fc.assert(
    fc.asyncProperty(edits, fc.nat({ max: 8 }), async (some, indent) => {
      const document = await edited(RICH, some);
      const other = `// why\n${JSON.stringify(reversed(document), null, indent)} // end`;
      const { from, to, changes, shares } = diffPolicies(
        await sideOf(document),
        await sideOf(other),
      );
      assert.equal(from, to);
      assert.deepEqual([changes, shares], [[], []]);
    }),
    { numRuns: 50 },
  );
});

/** The same document with its keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)]),
  );
}

Deno.test("diff: a route that stays loses as much as it wins", async () => {
  await fc.assert(
    fc.asyncProperty(edits, async (some) => {
      const [before, after] = [await sideOf(RICH), await sideOf(await edited(RICH, some))];
      const forwards = ({ routes }: Policy): string[] =>
        routes.filter(({ redirect, respond }) => redirect === undefined && respond === undefined)
          .map(({ name }) => name);
      const old = forwards(before.policy);
      const moved = diffPolicies(before, after).shares;
      for (const name of forwards(after.policy)) {
        if (!old.includes(name)) continue;
        const won = moved.filter(({ route }) => route === name)
          .reduce((sum, { from, to }) => sum + to - from, 0);
        // A share that nothing can serve belongs to no cluster.
        assert.ok(Math.abs(won) < 1e-6 || hasEmptyCluster(before.policy, after.policy), name);
      }
    }),
    { numRuns: 100 },
  );
});

const hasEmptyCluster = (...policies: readonly Policy[]): boolean =>
  policies.some(({ clusters }) =>
    Object.values(clusters).some(({ endpoints }) => endpoints.length === 0)
  );

Deno.test("diff: the order of routes is told in the fewest moves", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), (order) => {
      const routes = order.map((n): PolicyRoute => ({ name: `r${n}`, to: "a" }));
      const pairs = order.map((from, to) => [from, to] as const);
      const [change] = orderChanges(routes, { pairs, added: [], removed: [] }, true);
      const moves = change === undefined
        ? 0
        : change.message.replace(/ and (\d+) more$/, (_, n) => ", x now".repeat(n)).split(" now")
          .length - 1;
      assert.equal(moves, order.length - longest(order), change?.message ?? "");
    }),
  );
});

/** Length of a longest rising subsequence, the slow way. */
function longest(values: readonly number[]): number {
  const best: number[] = [];
  values.forEach((value, i) => {
    best[i] = 1 +
      Math.max(0, ...values.slice(0, i).map((other, j) => other < value ? best[j]! : 0));
  });
  return Math.max(0, ...best);
}

Deno.test("diff: two sides that are one are the same document", async () => {
  const [one, other] = [await sideOf(RICH), await sideOf(reversed(RICH))];
  assert.equal(canonicalJson(one.policy), canonicalJson(other.policy));
});
