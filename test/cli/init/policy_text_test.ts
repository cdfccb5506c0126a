import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Draft, LOCATIONS, nameFor } from "../../../src/cli/init/draft.ts";
import { nextSteps } from "../../../src/cli/init/next_steps.ts";
import { policyText } from "../../../src/cli/init/policy_text.ts";
import { reportOf } from "../../policy_tests/support.ts";

const NAMES = ["aws", "dc", "pop", "x"];

const drafts: fc.Arbitrary<Draft> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  location: fc.constantFrom(...LOCATIONS),
  weights: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 4 }),
  members: fc.integer({ min: 1, max: 4 }),
  failover: fc.subarray(NAMES),
  path: fc.constantFrom("/*", "/", "/shop/*", "/a/b", "/%7E/*", "/2026"),
}).map(({ sizes, location, weights, members, failover, path }) => {
  const names = NAMES.slice(0, sizes.length);
  return {
    clusters: names.map((name, at) => ({
      name,
      location,
      urls: Array.from({ length: sizes[at]! }, (_, i) => `https://${name}-${i}.test`),
    })),
    route: {
      name: nameFor(path),
      path,
      split: Object.fromEntries(names.slice(0, members).map((name, at) => [name, weights[at]!])),
      failover: failover.filter((name) => names.includes(name)),
    },
  };
});

Deno.test("init: whatever the draft, the policy is valid, passes its tests, and they reach its route", async () => {
  await fc.assert(fc.asyncProperty(drafts, async (draft) => {
    const { failed, passed, uncovered, tests } = await reportOf(policyText(draft, null));
    assert.equal(failed, 0, JSON.stringify(tests));
    assert.ok(passed > 0);
    assert.deepEqual(uncovered, []);
  }));
});

Deno.test("init: the text is laid out as a person would", () => {
  const draft: Draft = {
    clusters: [
      { name: "aws", location: "public", urls: ["https://shop.test"] },
      { name: "pop", location: "edge", urls: ["https://pop.test"] },
    ],
    route: { name: "shop", path: "/shop/*", split: { aws: 1 }, failover: ["pop"] },
  };
  assert.equal(
    policyText(draft, "./policy.schema.json"),
    `// docs/policy.md explains every field, docs/tests.md the tests.
{
  "$schema": "./policy.schema.json",
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://shop.test"] },
    "pop": { "location": "edge", "endpoints": ["https://pop.test"] }
  },
  "routes": [
    { "name": "shop", "match": { "path": "/shop/*" }, "to": "aws", "failover": ["pop"] }
  ],
  "tests": [
    {
      "name": "shop goes where it should",
      "request": { "url": "https://shop.example.com/shop/" },
      "expect": { "route": "shop", "clusters": { "aws": 1, "pop": 0 } }
    },
    {
      "name": "others take over when aws is down",
      "request": { "url": "https://shop.example.com/shop/" },
      "given": { "down": ["aws"] },
      "expect": { "route": "shop", "clusters": { "aws": 0, "pop": 1 } }
    }
  ]
}
`,
  );
});

const places = [
  {
    at: { file: "policies/p.json", root: "/l", cwd: "/l" },
    want: "deno task limen validate policies/p.json",
  },
  {
    at: { file: "p.json", root: "/l", cwd: "/home/me" },
    want: "deno task --cwd /l limen validate /home/me/p.json",
  },
  {
    at: { file: "/tmp/p.json", root: "/l", cwd: "/l" },
    want: "deno task limen validate /tmp/p.json",
  },
  {
    at: { file: "it's a.json", root: "/my limen", cwd: "/l" },
    want: `deno task --cwd '/my limen' limen validate '/l/it'\\''s a.json'`,
  },
] as const;

for (const { at, want } of places) {
  Deno.test(`init: what to run next, from ${at.cwd} with ${at.root}`, () => {
    assert.equal(nextSteps({ ...at, deno: "deno" })[2], `  ${want}`);
  });
}
