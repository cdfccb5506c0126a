/** `limen plan`, and `limen push --plan`. */
import assert from "node:assert/strict";
import { readSide } from "../../src/cli/candidate.ts";
import { diffPolicies, type TextDiff } from "../../src/diff/diff.ts";
import { revisionOfText } from "../../src/platform/reader.ts";
import { policySaying, type Ran, runCommand, temporaryFolder } from "./support/command.ts";
import { problem, stubGateway } from "./support/stub_gateway.ts";

const limen = (args: readonly string[], stdin?: string): Promise<Ran> =>
  runCommand("main", args, stdin === undefined ? {} : { stdin });

/** A plan as `limen plan` writes it, of a policy that is to replace another. */
async function planFor(held: string | null, body: string): Promise<Record<string, unknown>> {
  const text = policySaying(body);
  const sides = [held, text].map(async (side) => {
    const read = side === null ? null : await readSide(side, null);
    return read?.ok ? read.side : null;
  });
  const [before, after] = await Promise.all(sides);
  return {
    kind: "limen.plan",
    version: 1,
    target: "the gateway at http://127.0.0.1",
    base: before?.revision ?? null,
    revision: await revisionOfText(text),
    by: "ann",
    message: "as agreed",
    madeAt: "2026-01-01T00:00:00.000Z",
    diff: diffPolicies(before ?? null, after!),
    text,
  };
}

Deno.test("limen plan: reviewed, then pushed as it is", async (t) => {
  await using folder = await temporaryFolder();
  const to = ["--to", `deno:${folder.path}/kv.sqlite3`];
  const plan = `${folder.path}/plan.json`;
  const [one, two] = [policySaying("one"), `// two\n${policySaying("two")}`];
  const revisions = [await revisionOfText(one), await revisionOfText(two)] as const;
  assert.equal((await limen(["push", "-", ...to], one)).code, 0);

  await t.step("shows what would change, and writes it down", async () => {
    const ran = await limen(["plan", "-", ...to, "--out", plan, "--by", "ann"], two);
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(
      ran.stdout.includes(
        `kv.sqlite3: ${revisions[0]} -> ${revisions[1]}\n  ~ route say: respond.body one -> two\n`,
      ),
      ran.stdout,
    );
    assert.match(ran.stderr, /limen push --plan .*plan\.json --to … applies it as it is/);
    const written = JSON.parse(await Deno.readTextFile(plan));
    assert.deepEqual(Object.keys(written), [
      ...["kind", "version", "target", "base", "revision", "by", "madeAt", "diff", "text"],
    ]);
    assert.deepEqual(
      [written.base, written.revision, written.by, written.text],
      [...revisions, "ann", two],
    );
    assert.equal(written.diff.changes[0].message, "route say: respond.body one -> two");
  });
  await t.step("stores nothing", async () => {
    assert.equal((await limen(["pull", ...to])).stdout, one);
  });
  await t.step("a push applies it, comments and all", async () => {
    const ran = await limen(["push", "--plan", plan, ...to, "--message", "go"]);
    assert.deepEqual([ran.code, ran.stdout], [0, `${revisions[1]}\n`], ran.stderr);
    assert.equal((await limen(["pull", ...to])).stdout, two);
    const { revisions: [last] } = JSON.parse((await limen(["history", ...to, "--json"])).stdout);
    assert.deepEqual([last.by, last.message], ["ann", "go"]);
  });
  await t.step("a second time the target has moved", async () => {
    const ran = await limen(["push", "--plan", plan, ...to]);
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    assert.ok(ran.stderr.includes(`the plan replaces ${revisions[0]}, and`), ran.stderr);
    assert.match(ran.stderr, /now: it is in force already\n$/);
  });
  await t.step("--out takes the place of a plan, and of nothing else", async () => {
    assert.equal((await limen(["plan", "-", ...to, "--out", plan], one)).code, 0);
    const other = `${folder.path}/policy.json`;
    await Deno.writeTextFile(other, one);
    const ran = await limen(["plan", other, ...to, "--out", other]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /policy\.json is there, and is no plan/);
    assert.equal(await Deno.readTextFile(other), one);
  });
  await t.step("--json is what --out would write", async () => {
    const ran = await limen(["plan", "-", ...to, "--json"], one);
    const printed = JSON.parse(ran.stdout);
    assert.deepEqual([printed.kind, printed.base, printed.text], ["limen.plan", revisions[1], one]);
  });
});

Deno.test("limen push --plan: the store refuses too, when another push comes in between", async () => {
  await using folder = await temporaryFolder();
  const held = { text: policySaying("one"), revision: await revisionOfText(policySaying("one")) };
  const plan = `${folder.path}/plan.json`;
  await Deno.writeTextFile(plan, JSON.stringify(await planFor(held.text, "two")));
  await using gateway = stubGateway(
    held,
    () => problem(412, { code: "revision_conflict", detail: "The store holds 222222222222" }),
  );
  const ran = await limen(["push", "--plan", plan, "--to", gateway.url]);
  assert.deepEqual([ran.code, ran.stdout], [3, ""]);
  assert.match(
    ran.stderr,
    /not pushed: the store holds 222222222222: see `limen diff [0-9a-f]{12} active --to …`/,
  );
  const another =
    / {2}the plan was made for another target: the gateway at http:\/\/127\.0\.0\.1\n/;
  assert.match(ran.stderr, another);
  assert.deepEqual(gateway.seen, ["GET /_limen/policy", `PUT /_limen/policy "${held.revision}"`]);
});

Deno.test("limen push --plan: changes that nobody has reviewed are refused", async (t) => {
  await using folder = await temporaryFolder();
  const held = { text: policySaying("one"), revision: await revisionOfText(policySaying("one")) };
  const plan = `${folder.path}/plan.json`;
  const whole = await planFor(held.text, "two");
  const diff = whole["diff"] as TextDiff;
  const [change] = diff.changes;
  const rows: readonly (readonly [name: string, diff: unknown, code: number])[] = [
    ["as it was made", diff, 0],
    ["the texts' diff is another", { ...diff, text: "" }, 0],
    ["a change less", { ...diff, changes: [] }, 1],
    ["a change otherwise", { ...diff, changes: [{ ...change, message: "nothing much" }] }, 1],
    ["other shares", { ...diff, shares: [{ route: "say", cluster: "a", from: 0, to: 1 }] }, 1],
    ["none at all", undefined, 1],
  ];
  for (const [name, diff, code] of rows) {
    await t.step(name, async () => {
      await using gateway = stubGateway(
        held,
        () => Response.json({ revision: whole["revision"], findings: [] }),
      );
      await Deno.writeTextFile(plan, JSON.stringify({ ...whole, diff }));
      const ran = await limen(["push", "--plan", plan, "--to", gateway.url]);
      assert.equal(ran.code, code, ran.stderr);
      assert.equal(gateway.seen.some((request) => request.startsWith("PUT")), code === 0);
      if (code !== 0) assert.match(ran.stderr, /limen: .*plan\.json was altered/);
    });
  }
});

const altered: readonly {
  readonly name: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly code: number;
  readonly stderr: RegExp;
}[] = [
  {
    name: "another text",
    change: { text: policySaying("x") },
    code: 1,
    stderr: /was altered: its text is [0-9a-f]{12}, and [0-9a-f]{12} was reviewed/,
  },
  {
    name: "a text that is no JSON",
    change: { text: "{" },
    code: 1,
    stderr: /was altered: its text is no policy/,
  },
  {
    name: "no text",
    change: { text: undefined },
    code: 1,
    stderr: /was altered: parts of the plan are missing/,
  },
  {
    name: "no base",
    change: { base: undefined },
    code: 1,
    stderr: /was altered: parts of the plan are missing/,
  },
  {
    name: "another kind",
    change: { kind: "other" },
    code: 2,
    stderr: /is no plan: `limen plan … --out` writes one/,
  },
  {
    name: "another version",
    change: { version: 2 },
    code: 2,
    stderr: /a plan of version 2, this Limen reads 1/,
  },
];

for (const { name, change, code, stderr } of altered) {
  Deno.test(`limen push --plan: ${name} is refused, and nobody asked`, async () => {
    await using folder = await temporaryFolder();
    const plan = `${folder.path}/plan.json`;
    await Deno.writeTextFile(plan, JSON.stringify({ ...await planFor(null, "two"), ...change }));
    const ran = await limen(["push", "--plan", plan, "--to", "http://127.0.0.1:1"]);
    assert.deepEqual([ran.code, ran.stdout], [code, ""]);
    assert.match(ran.stderr, stderr);
  });
}

const usage: readonly { args: readonly string[]; stderr: RegExp }[] = [
  {
    args: ["push", "a.json", "--plan", "b.json"],
    stderr: /--plan holds the policy already: leave out a\.json/,
  },
  {
    args: ["push", "--plan", "b.json", "--if-revision", "0123456789ab"],
    stderr: /no --if-revision/,
  },
  { args: ["push"], stderr: /push what\? A policy file, or --plan/ },
  { args: ["push", "--plan", "policies/demo.json"], stderr: /demo\.json is no plan/ },
  { args: ["plan", "nope.json"], stderr: /can't read nope\.json: there is no such file/ },
];

for (const { args, stderr } of usage) {
  Deno.test(`limen ${args.join(" ")}: wrong usage`, async () => {
    const ran = await limen([...args, "--to", "http://127.0.0.1:1"]);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, stderr);
  });
}

/** A policy whose own test fails. */
const FAILING = JSON.stringify({
  clusters: {},
  routes: [{ name: "say", respond: { status: 200 } }],
  tests: [{
    name: "never so",
    request: { method: "GET", url: "https://x.test/" },
    expect: { response: { status: 404 } },
  }],
});

for (const command of ["plan", "push"]) {
  Deno.test(`limen ${command}: a policy that fails its own tests is refused, and nobody asked`, async () => {
    const ran = await limen([command, "-", "--to", "http://127.0.0.1:1"], FAILING);
    assert.equal(ran.code, 1, ran.stderr);
    assert.match(ran.stdout, /^-:1:\d+ LIM\d{3} tests\[0\].*"never so"/);
    assert.match(ran.stderr, /- is not a valid policy \(1 error\)/);
  });
}
