import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";
import { runCommand } from "./support/command.ts";

const policyWith = (...tests: readonly object[]): string =>
  JSON.stringify({
    clusters: {
      aws: { location: "public", endpoints: ["https://aws.test"] },
      dc: { location: "edge", endpoints: ["https://dc.test"] },
    },
    routes: [
      { name: "shop", match: { path: "/shop/*" }, split: { aws: 80, dc: 20 } },
      { name: "hello", match: { path: "/hello" }, respond: { status: 200 } },
    ],
    ...(tests.length > 0 && { tests }),
  });

const expecting = (name: string, aws: number): object => ({
  name,
  request: { url: "https://shop.test/shop/" },
  expect: { route: "shop", clusters: { aws } },
});

interface Row {
  readonly name: string;
  readonly args?: readonly string[];
  readonly stdin: string;
  readonly code: number;
  readonly stdout: RegExp | string;
  readonly stderr?: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "all pass",
    stdin: policyWith(expecting("most in the cloud", 0.8)),
    code: 0,
    stdout: "ok most in the cloud\n\n1 passed\nNo test reaches hello\n",
  },
  {
    name: "one fails",
    stdin: policyWith(expecting("most in the cloud", 0.8), expecting("half of it", 0.5)),
    code: 1,
    stdout:
      "ok most in the cloud\nFAILED half of it: aws got 80 %, expected 50 %\n\n1 passed, 1 failed\nNo test reaches hello\n",
  },
  {
    name: "no tests",
    stdin: policyWith(),
    code: 0,
    stdout: /^The policy has no tests: .*\nNo test reaches shop, hello\n$/,
  },
  {
    name: "an invalid policy",
    stdin: policyWith({ ...expecting("t", 1), expect: { route: "shp" } }),
    code: 1,
    stdout: /^-:1:\d+ LIM066 tests\[0\]\.expect\.route: .*did you mean "shop"\?\n$/,
    stderr:
      /^limen: - is not a valid policy \(1 error\)\nWhat (LIM\d+) means .*: docs\/findings\.md#lim\d+\n$/,
  },
  {
    name: "no file",
    args: ["test", "missing.json"],
    stdin: "",
    code: 2,
    stdout: "",
    stderr: /no such file/,
  },
];

for (const { name, args = ["test", "-"], stdin, code, stdout, stderr = /^$/ } of rows) {
  Deno.test(`limen test: ${name}`, async () => {
    const ran = await runCommand("main", args, { stdin });
    assert.equal(ran.code, code, ran.stderr);
    if (typeof stdout === "string") assert.equal(ran.stdout, stdout);
    else assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen test --json: the contract's shape", async () => {
  const stdin = policyWith(expecting("a", 0.8), expecting("b", 0.5));
  const { code, stdout, stderr } = await runCommand("main", ["test", "-", "--json"], { stdin });
  assert.deepEqual([code, stderr], [1, ""]);
  assert.deepEqual(JSON.parse(stdout), {
    passed: 1,
    failed: 1,
    tests: [
      { name: "a", ok: true, detail: "" },
      { name: "b", ok: false, detail: "aws got 80 %, expected 50 %" },
    ],
    uncovered: ["hello"],
  });
});

Deno.test("limen test: of many routes that none reaches, some are named", async () => {
  const policy = JSON.parse(policyWith());
  const routes = Array.from({ length: 23 }, (_, i) => ({ ...policy.routes[1], name: `r${i}` }));
  const { stdout } = await runCommand("main", ["test", "-"], {
    stdin: JSON.stringify({ ...policy, routes }),
  });
  assert.match(stdout, /^No test reaches r0, .*, r19 and 3 more$/m);
});

Deno.test("the demo's policy passes its own tests, and they reach every route", async () => {
  const { code, stdout } = await runCommand("main", ["test", `${ROOT}/policies/demo.json`]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /\n7 passed\n$/);
});
