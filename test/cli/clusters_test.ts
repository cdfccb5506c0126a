import assert from "node:assert/strict";
import { runCommand } from "./support/command.ts";
import { clusterOf, startFakeGateway } from "./support/fleet.ts";

const CLUSTERS = [clusterOf("aws"), clusterOf("dc", { draining: true })];
const ANSWERS = { "GET clusters": { clusters: CLUSTERS } };

const rows = [
  {
    name: "all",
    args: [],
    code: 0,
    stdout: /^cluster .*\naws .*\n.*\ndc .* draining\n/,
    stderr: /^$/,
  },
  {
    name: "one of them",
    args: ["dc"],
    code: 0,
    stdout: /^cluster .*\ndc .*\n {2}0 http:\/\/e0\.test .*\n$/,
    stderr: /^$/,
  },
  {
    name: "one that is not there",
    args: ["awz"],
    code: 2,
    stdout: /^$/,
    stderr: /^limen: there is no cluster "awz", did you mean "aws"\?\n$/,
  },
  {
    name: "one that is like none",
    args: ["elsewhere"],
    code: 2,
    stdout: /^$/,
    stderr: /^limen: there is no cluster "elsewhere": the policy in force has aws, dc\n$/,
  },
] as const;

for (const { name, args, code, stdout, stderr } of rows) {
  Deno.test(`limen clusters: ${name}`, async () => {
    await using gateway = startFakeGateway(ANSWERS);
    const ran = await runCommand("main", ["clusters", ...args, "--to", gateway.url]);
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen clusters --json", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const { stdout } = await runCommand("main", ["clusters", "aws", "--to", gateway.url, "--json"]);
  assert.deepEqual(JSON.parse(stdout), { clusters: [CLUSTERS[0]] });
});

Deno.test("limen clusters of a store: wrong usage", async () => {
  const { code, stderr } = await runCommand("main", ["clusters", "--to", "deno:/nowhere/kv.db"]);
  assert.equal(code, 2);
  assert.match(stderr, /--to deno is a store, and health is a matter of gateways: give one's URL/);
});
