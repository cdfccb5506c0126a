import assert from "node:assert/strict";
import {
  judgedByAnswer,
  newLocalOriginState,
  observeLocalOrigin,
} from "../../src/health/local_origin.ts";
import type { Outcome } from "../../src/health/outlier.ts";

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  s: "success",
  g: "gateway-error",
  e: "server-error",
  n: "no-answer",
};

// One letter for each try (see OUTCOMES), one sign for each: `!` where the limit is reached.
const sequences = [
  { name: "too few", limit: 5, tries: "nnnn", want: "...." },
  { name: "enough", limit: 5, tries: "nnnnn", want: "....!" },
  { name: "errors that are answers do not count", limit: 2, tries: "egeg", want: "...." },
  { name: "any answer starts anew", limit: 3, tries: "nnennsnngnnn", want: "...........!" },
  { name: "counts anew once reached", limit: 2, tries: "nnnnn", want: ".!.!." },
  { name: "the first one is enough", limit: 1, tries: "nsn", want: "!.!" },
  { name: "off", limit: 0, tries: "nnnnnn", want: "......" },
];
for (const { name, limit, tries, want } of sequences) {
  Deno.test(`local-origin errors: ${name}`, () => {
    const state = newLocalOriginState();
    const signs = [...tries].map((letter) =>
      observeLocalOrigin(state, OUTCOMES[letter]!, limit) ? "!" : "."
    );
    assert.equal(signs.join(""), want);
  });
}

Deno.test("local-origin errors: to their counts, any answer is a success", () => {
  const state = newLocalOriginState();
  for (const outcome of Object.values(OUTCOMES)) observeLocalOrigin(state, outcome, 5);
  assert.deepEqual(state.counts, { requests: 4, successes: 3 });
});

Deno.test("local-origin errors: split, they are kept from the other detectors", () => {
  const seen = (split: boolean): string[] =>
    Object.entries(OUTCOMES).filter(([, o]) => judgedByAnswer(o, split)).map(([letter]) => letter);
  assert.deepEqual(seen(false), ["s", "g", "e", "n"]);
  assert.deepEqual(seen(true), ["s", "g", "e"]);
});
