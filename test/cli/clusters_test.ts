import assert from "node:assert/strict";
import { runCommand } from "./support/command.ts";
import { clusterOf, NEW, startFakeGateway, statusAnswerOf } from "./support/fleet.ts";

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

Deno.test("limen clusters: no policy, and a policy without any", async () => {
  const rows = [[null, "No policy is in force."], [NEW, "The policy in force names no clusters."]];
  for (const [revision, said] of rows) {
    await using gateway = startFakeGateway({
      "GET clusters": { clusters: [] },
      "GET status": { ...statusAnswerOf(), revision },
    });
    const ran = await runCommand("main", ["clusters", "--to", gateway.url]);
    assert.deepEqual(ran, { code: 0, stdout: `${said}\n`, stderr: "" });
  }
});

Deno.test("LIMEN_TO is the target where --to is not given", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const env = { LIMEN_TO: gateway.url };
  const ran = await runCommand("main", ["clusters", "dc"], { env });
  assert.equal(ran.code, 0, ran.stderr);
  const other = await runCommand("main", ["clusters", "--to", "http://127.0.0.1:1"], { env });
  assert.deepEqual([other.code, gateway.asked.length], [3, 1]);
  const wrong = await runCommand("main", ["clusters"], { env: { LIMEN_TO: "dino:x" } });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /'dino:x' from env 'LIMEN_TO' is invalid\. A target is /);
});
