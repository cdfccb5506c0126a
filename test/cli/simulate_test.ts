import assert from "node:assert/strict";
import { runCommand } from "./support/command.ts";

const POLICY = `{
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://a.aws.test", "https://b.aws.test"] },
    "pop": { "location": "edge", "endpoints": ["https://pop.test"] }
  },
  "routes": [
    { "name": "shop", "match": { "path": "/shop/*" }, "to": "aws", "failover": ["pop"] },
    { "name": "alone", "to": "aws", "failover": [] },
    { "name": "hello", "match": { "path": "/hello" }, "respond": { "status": 200 } }
  ]
}`;

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr: RegExp;
}

const NOTHING = /^$/;

const rows: readonly Row[] = [
  {
    name: "a table",
    args: ["-"],
    code: 0,
    stdout:
      /^shop\n {2}aws +100\.0 % +█+\n {4}0 https:\/\/a\.aws\.test +healthy +level 0 +50\.0 %\n/,
    stderr: NOTHING,
  },
  {
    name: "what is supposed",
    args: ["-", "--down", "aws/0", "--degraded", "aws/1", "--drain", "pop"],
    code: 0,
    stdout:
      /a\.aws\.test +unhealthy .* 0\.0 %\n.*b\.aws\.test +degraded .* 100\.0 %\n.*\n.*pop\.test +draining /,
    stderr: NOTHING,
  },
  {
    name: "an unknown cluster",
    args: ["-", "--down", "awz"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: there is no cluster "awz", did you mean "aws"\?\n$/,
  },
  {
    name: "an endpoint that is not there",
    args: ["-", "--degraded", "aws/2"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: aws\/2: aws has endpoints 0 to 1\n$/,
  },
  {
    name: "a place that can't be read",
    args: ["-", "--from", "eu"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: --from: "eu" is not of the form key=value/,
  },
  {
    name: "an invalid policy",
    args: ["-"],
    stdin: POLICY.replace('"to": "aws"', '"to": "awz"'),
    code: 1,
    stdout: /^-:7:\d+ LIM020 routes\[0\]\.to: .*did you mean "aws"\?\n$/,
    stderr:
      /^limen: - is not a valid policy \(1 error\)\nWhat (LIM\d+) means .*: docs\/findings\.md#lim\d+\n$/,
  },
  {
    name: "an invalid policy for programs",
    args: ["-", "--json"],
    stdin: "{",
    code: 1,
    stdout: /^\{\n {2}"findings": \[/,
    stderr: /not a valid policy/,
  },
  {
    name: "no such file",
    args: ["missing.json"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: can't read missing\.json: there is no such file\n$/,
  },
  { name: "no file", args: [], code: 2, stdout: NOTHING, stderr: /missing required argument/ },
];

for (const { name, args, stdin = POLICY, code, stdout, stderr } of rows) {
  Deno.test(`limen simulate: ${name}`, async () => {
    const ran = await runCommand("main", ["simulate", ...args], { stdin });
    assert.equal(ran.code, code, ran.stderr);
    if (stdout !== undefined) assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen simulate --json: the contract's shape", async () => {
  const args = ["simulate", "-", "--json", "--down", "aws/0", "--down", "aws/1"];
  const { code, stdout, stderr } = await runCommand("main", args, { stdin: POLICY });
  assert.deepEqual([code, stderr], [0, ""]);
  const endpoint = (cluster: string, index: number, url: string): object => ({
    cluster,
    index,
    url,
    priority: 0,
    region: null,
    zone: null,
  });
  const [a, b] = [
    endpoint("aws", 0, "https://a.aws.test"),
    endpoint("aws", 1, "https://b.aws.test"),
  ];
  const pop = endpoint("pop", 0, "https://pop.test");
  assert.deepEqual(JSON.parse(stdout), {
    routes: [
      {
        route: "shop",
        clusters: { aws: 0, pop: 1 },
        endpoints: [
          { ...a, state: "unhealthy", share: 0 },
          { ...b, state: "unhealthy", share: 0 },
          { ...pop, state: "healthy", share: 1 },
        ],
        panic: [],
        unserved: 0,
      },
      {
        route: "alone",
        clusters: { aws: 1 },
        endpoints: [
          { ...a, state: "unhealthy", share: 0.5 },
          { ...b, state: "unhealthy", share: 0.5 },
        ],
        panic: ["aws"],
        unserved: 0,
      },
    ],
  });
});

Deno.test("limen simulate: --from may be given in parts", async () => {
  const from = ["--from", "region=eu,zone=a", "--from", "version=v2"];
  const ran = await runCommand("main", ["simulate", "-", ...from], { stdin: POLICY });
  assert.equal(ran.code, 0, ran.stderr);
});
