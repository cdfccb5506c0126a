import assert from "node:assert/strict";
import { heardOf } from "../fleet/fakes.ts";
import { runCommand } from "./support/command.ts";
import { clusterOf, endpointOf, startFakeGateway, statusAnswerOf } from "./support/fleet.ts";

const AWS = clusterOf("aws", { endpoints: [endpointOf(0, { url: "http://aws.test" })] });
const DC = clusterOf("dc", { endpoints: [endpointOf(0, { url: "http://dc.test" })] });

const POLICY = JSON.stringify({
  clusters: {
    aws: { location: "public", endpoints: ["http://aws.test"] },
    dc: { location: "private", endpoints: ["http://dc.test"] },
  },
  routes: [
    { name: "shop", match: { path: "/shop/*" }, split: { aws: 40, dc: 60 }, failover: [] },
    { name: "rest", split: { aws: 40, dc: 60 } },
  ],
});

const ANSWERS = {
  "GET clusters": { clusters: [AWS, DC] },
  "GET policy": POLICY,
  "GET status": statusAnswerOf(),
  "POST clusters/aws/drain": { ...AWS, draining: true },
  "POST clusters/aws/undrain": AWS,
  "POST clusters/gone/undrain": { name: "gone", draining: false, endpoints: [] },
};

Deno.test("limen drain: says what is lost, and when and where it holds", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const { code, stdout, stderr } = await runCommand("main", ["drain", "aws", "--to", gateway.url]);
  assert.deepEqual([code, stdout], [0, "aws is draining\n"]);
  assert.match(
    stderr,
    /^without aws nothing serves, as clusters are now,\n {2}40\.0 % of the requests of shop\n {2}it gets/,
  );
  assert.match(stderr, /here at once, within 1 s in every process of the fleet; those in flight/);
  assert.ok(!stderr.includes("5 s"));
  assert.ok(gateway.asked.includes("POST clusters/aws/drain"));
});

for (const command of ["drain", "undrain"]) {
  Deno.test(`limen ${command} --by --message: who and why, for the audit log`, async () => {
    await using gateway = startFakeGateway(ANSWERS);
    const said = ["--by", "ann", "--message", "the disks are full"];
    const { code } = await runCommand("main", [command, "aws", "--to", gateway.url, ...said]);
    const names = ["x-limen-by", "x-limen-message"];
    assert.equal(code, 0);
    assert.deepEqual(names.map((name) => gateway.said?.get(name)), ["ann", "the disks are full"]);
  });
}

Deno.test("limen drain --json", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const args = ["drain", "aws", "--to", gateway.url, "--json"];
  const { stdout } = await runCommand("main", args);
  assert.deepEqual(JSON.parse(stdout), {
    ...AWS,
    draining: true,
    unserved: [{ route: "shop", share: 0.4 }],
  });
});

Deno.test("limen drain: a cluster that is draining already needs no warning", async () => {
  const clusters = [{ ...AWS, draining: true }, DC];
  const members = [heardOf({ runtime: "cloudflare" })];
  await using gateway = startFakeGateway({
    ...ANSWERS,
    "GET clusters": { clusters },
    "GET status": statusAnswerOf({ members }),
  });
  const { stdout, stderr } = await runCommand("main", ["drain", "aws", "--to", gateway.url]);
  assert.equal(stdout, "aws was draining already\n");
  assert.match(
    stderr,
    /^ {2}it gets .* within 5 s in every isolate of the fleet that has requests;/,
  );
});

Deno.test("limen drain: a policy that this Limen can't read is no reason not to", async () => {
  await using gateway = startFakeGateway({ ...ANSWERS, "GET policy": "{}", "GET status": 503 });
  const { code, stderr } = await runCommand("main", ["drain", "aws", "--to", gateway.url]);
  assert.equal(code, 0);
  assert.match(stderr, /^limen: can't tell what the drain takes away/);
  assert.match(stderr, /within 1 s in every process .* and within 5 s in every isolate/);
});

Deno.test("limen undrain: back again, and once only", async () => {
  await using gateway = startFakeGateway({
    ...ANSWERS,
    "GET clusters": { clusters: [{ ...AWS, draining: true }, DC] },
  });
  const args = ["undrain", "aws", "--to", gateway.url];
  const back = await runCommand("main", args);
  assert.deepEqual([back.code, back.stdout], [0, "aws is back\n"]);
  assert.match(back.stderr, /^ {2}it gets new requests: here at once, within 1 s /);
  gateway.answers = ANSWERS;
  const again = await runCommand("main", args);
  assert.deepEqual([again.code, again.stdout, again.stderr], [0, "aws was not draining\n", ""]);
});

Deno.test("limen undrain: a cluster that the policy names no more", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const { code, stdout } = await runCommand("main", ["undrain", "gone", "--to", gateway.url]);
  assert.deepEqual([code, stdout], [0, "gone is back\n"]);
});

for (const command of ["drain", "undrain"]) {
  Deno.test(`limen ${command}: a cluster that is not there`, async () => {
    await using gateway = startFakeGateway(ANSWERS);
    const { code, stdout, stderr } = await runCommand("main", [
      command,
      "asw",
      "--to",
      gateway.url,
    ]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(stderr, 'limen: there is no cluster "asw", did you mean "aws"?\n');
  });

  Deno.test(`limen ${command}: a store that can't take it is exit 3`, async () => {
    await using gateway = startFakeGateway({ ...ANSWERS, [`POST clusters/aws/${command}`]: 503 });
    const { code, stdout, stderr } = await runCommand("main", [
      command,
      "aws",
      "--to",
      gateway.url,
    ]);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /refused \(503\)/);
  });

  Deno.test(`limen ${command} in a store: wrong usage`, async () => {
    const { code, stderr } = await runCommand("main", [command, "aws", "--to", "cloudflare"]);
    assert.equal(code, 2);
    assert.match(stderr, /--to cloudflare is a store, and a drain is a matter of gateways/);
  });
}
