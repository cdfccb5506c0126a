import assert from "node:assert/strict";
import { openDenoPolicyStore } from "../../src/platform/deno/policy_store.ts";
import { revisionOfText } from "../../src/platform/reader.ts";
import { policySaying, type Ran, runCommand, temporaryFolder } from "./support/command.ts";

const diff = (args: readonly string[], stdin?: string): Promise<Ran> =>
  runCommand("main", ["diff", ...args], stdin === undefined ? {} : { stdin });

const canary = (percent: number): string =>
  `{
  "clusters": {
    "stable": { "location": "edge", "endpoints": ["https://stable.test"] },
    "canary": { "location": "edge", "endpoints": ["https://canary.test"] }
  },
  "routes": [
    { "name": "checkout", "split": { "stable": ${100 - percent}, "canary": ${percent} } }
  ]
}
`;

Deno.test("limen diff: two files", async (t) => {
  await using folder = await temporaryFolder();
  const [a, b, bad] = ["a", "b", "bad"].map((name) => `${folder.path}/${name}.json`) as [
    string,
    string,
    string,
  ];
  await Deno.writeTextFile(a, canary(10));
  await Deno.writeTextFile(b, canary(25));
  await Deno.writeTextFile(bad, '{ "clusters": {}, "routes": [], "x": 1 }');
  const [from, to] = [await revisionOfText(canary(10)), await revisionOfText(canary(25))];

  await t.step("for people", async () => {
    const ran = await diff([a, b]);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    assert.equal(
      ran.stdout,
      `${from} -> ${to}
  ~ checkout: stable 90 % -> 75 %
  ~ checkout: canary 10 % -> 25 %

Shares that move, when every endpoint is healthy:
  checkout  stable  90.0 %  ->  75.0 %
  checkout  canary  10.0 %  ->  25.0 %

--- ${from}
+++ ${to}
@@ -4,6 +4,6 @@
     "canary": { "location": "edge", "endpoints": ["https://canary.test"] }
   },
   "routes": [
-    { "name": "checkout", "split": { "stable": 90, "canary": 10 } }
+    { "name": "checkout", "split": { "stable": 75, "canary": 25 } }
   ]
 }
`,
    );
  });
  await t.step("for programs", async () => {
    const ran = await diff([a, "-", "--json"], canary(25));
    assert.equal(ran.code, 0, ran.stderr);
    const { text, ...rest } = JSON.parse(ran.stdout);
    assert.deepEqual(rest, {
      from,
      to,
      changes: [
        {
          kind: "changed",
          path: "routes[0].split.stable",
          message: "checkout: stable 90 % -> 75 %",
        },
        {
          kind: "changed",
          path: "routes[0].split.canary",
          message: "checkout: canary 10 % -> 25 %",
        },
      ],
      shares: [
        { route: "checkout", cluster: "stable", from: 0.9, to: 0.75 },
        { route: "checkout", cluster: "canary", from: 0.1, to: 0.25 },
      ],
    });
    assert.match(text, /^--- [0-9a-f]{12}\n/);
  });
  await t.step("a file that is no valid policy", async () => {
    const ran = await diff([a, bad]);
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /bad\.json:1:\d+ LIM010 x: /);
    assert.match(ran.stderr, /bad\.json is not a valid policy \(1 error\)/);
    assert.equal(JSON.parse((await diff([bad, a, "--json"])).stdout).findings[0].code, "LIM010");
  });
});

const usage: readonly { args: readonly string[]; stderr: RegExp }[] = [
  { args: ["-", "-"], stderr: /standard input is one policy, not two/ },
  { args: ["nope.json", "policies/demo.json"], stderr: /can't read nope\.json: there is no such/ },
  { args: ["policies/demo.json", "0123456789ab"], stderr: /a revision goes with --to/ },
  { args: ["active", "policies/demo.json"], stderr: /a revision goes with --to/ },
  { args: ["a.json", "b.json", "--local"], stderr: /--local goes with cloudflare only/ },
  { args: ["policies/demo.json"], stderr: /missing required argument 'b'/ },
];

for (const { args, stderr } of usage) {
  Deno.test(`limen diff ${args.join(" ")}: wrong usage`, async () => {
    const ran = await diff(args, "");
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen diff: revisions of a target", async (t) => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/kv.sqlite3`;
  const to = ["--to", `deno:${path}`];
  const [one, two] = [policySaying("one"), policySaying("two")];
  const revisions = [await revisionOfText(one), await revisionOfText(two)] as const;
  // Of a schema that nobody knows any more, and no JSON at all.
  const old = '{ "old": true }';
  await stored(path, [old, one, two]);

  await t.step("a revision, and what is in force", async () => {
    const ran = await diff([revisions[0], "active", ...to]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(
      ran.stdout.startsWith(
        `${revisions[0]} -> ${revisions[1]}\n  ~ route say: respond.body one -> two\n\n--- `,
      ),
      ran.stdout,
    );
  });
  await t.step("a file against what is in force", async () => {
    const ran = await diff(["active", "-", ...to], `// new\n${two}`);
    assert.match(ran.stdout, /^[^\n]*\nOnly comments and layout differ\.\n/);
  });
  await t.step("a revision that is no valid policy any more", async () => {
    const revision = await revisionOfText(old);
    const ran = await diff([revision, "active", ...to]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(
      ran.stdout,
      new RegExp(`! ${revision} is not valid by this Limen's rules: nothing but the texts could`),
    );
    assert.match(ran.stdout, /\n-\{ "old": true \}\n/);
  });
  await t.step("a revision that is not there", async () => {
    const ran = await diff(["0123456789ab", "active", ...to]);
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    assert.match(ran.stderr, /has no revision 0123456789ab/);
  });
  await t.step(
    "a target without a policy: all is new, or there is nothing to compare with",
    async () => {
      const empty = ["--to", `deno:${folder.path}/empty.sqlite3`];
      (await Deno.openKv(`${folder.path}/empty.sqlite3`)).close();
      const ran = await diff(["active", "-", ...empty], one);
      assert.match(
        ran.stdout,
        /^no policy -> [0-9a-f]{12}\n {2}\+ route say: added: every request answered/,
      );
      const none = await diff(["-", "active", ...empty], one);
      assert.deepEqual([none.code, none.stdout], [3, ""]);
      assert.match(none.stderr, /holds no policy/);
    },
  );
});

/** As pushes of old have left them, valid or not. */
async function stored(path: string, texts: readonly string[]): Promise<void> {
  const store = openDenoPolicyStore({
    revisionOf: revisionOfText,
    now: () => 0,
    path,
  });
  for (const text of texts) {
    const revision = await revisionOfText(text);
    const stamp = { revision, fingerprint: "0".repeat(12), at: "2026-01-01T00:00:00.000Z" };
    const written = await store.write(text, stamp);
    assert.equal(written.kind, "written");
  }
  await store.close();
}
