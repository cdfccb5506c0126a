import assert from "node:assert/strict";
import { heardOf } from "../fleet/fakes.ts";
import { until } from "../e2e/support/until.ts";
import { policySaying, runCommand, spawnCommand, temporaryFolder } from "./support/command.ts";
import {
  activationOf,
  clusterOf,
  NEW,
  OLD,
  startFakeGateway,
  statusAnswerOf,
} from "./support/fleet.ts";

const { findings: _, ...newest } = activationOf();
const STATUS = statusAnswerOf({
  members: [heardOf({ id: "a", revision: NEW }), heardOf({ id: "b", revision: OLD })],
});
const CLUSTERS = [clusterOf("aws")];
const ANSWERS = {
  "GET status": STATUS,
  "GET clusters": { clusters: CLUSTERS },
  "GET history": { revisions: [activationOf(), activationOf({ revision: OLD })] },
};

Deno.test("limen status of a gateway: what is in force, the fleet and the clusters", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const { code, stdout, stderr } = await runCommand("main", ["status", "--to", gateway.url]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, new RegExp(`^the gateway at ${gateway.url}\n {2}serves +${NEW}, for `));
  assert.match(stdout, /\n {2}newest +ba9876543210, pushed .* by ann: canary to 25 %\n/);
  assert.match(stdout, /\nfleet {2}2 members, 1 behind\n/);
  assert.match(stdout, new RegExp(` ${OLD} +behind `));
  assert.match(stdout, /\naws \(public\) +1 of 1 healthy/);
});

Deno.test("limen status --json", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const { code, stdout } = await runCommand("main", ["status", "--to", gateway.url, "--json"]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { ...STATUS, newest, clusters: CLUSTERS });
});

Deno.test("limen status of a gateway whose store is gone: it says so, exit 0", async () => {
  const lastError = { code: "unreachable", message: "no answer", at: "2026-11-20T12:00:00.000Z" };
  const status = { ...STATUS, lastError, fleetError: "no answer" };
  await using gateway = startFakeGateway({ ...ANSWERS, "GET status": status, "GET history": 503 });
  const { code, stdout } = await runCommand("main", ["status", "--to", gateway.url]);
  assert.equal(code, 0);
  assert.match(stdout, /\n {2}error +unreachable for .*: no answer\n/);
  assert.match(stdout, /\n {2}others can't be heard: no answer\n/);
  assert.ok(!stdout.includes("newest"));
});

Deno.test("limen status: who can't be reached, or refuses, is exit 3", async () => {
  await using gateway = startFakeGateway({ "GET status": 401 });
  const refused = await runCommand("main", ["status", "--to", gateway.url]);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /^limen: the gateway at .* wants its admin token/);
  // A first look that fails is the end, with --watch too.
  await gateway[Symbol.asyncDispose]();
  const gone = await runCommand("main", ["status", "--to", gateway.url, "--watch"]);
  assert.equal(gone.code, 3);
  assert.match(gone.stderr, /^limen: can't reach the gateway at .*: nothing listens there\n$/);
  assert.equal(gone.stdout, "");
});

Deno.test("limen status of a store: what it holds, and that gateways know more", async () => {
  await using folder = await temporaryFolder();
  const to = `deno:${folder.path}/kv.db`;
  (await Deno.openKv(`${folder.path}/kv.db`)).close();
  const empty = await runCommand("main", ["status", "--to", to, "--json"]);
  assert.deepEqual(JSON.parse(empty.stdout), { revision: null, newest: null });
  await Deno.writeTextFile(`${folder.path}/policy.json`, policySaying("hi"));
  const pushed = await runCommand("main", [
    ...["push", `${folder.path}/policy.json`, "--to", to, "--yes"],
    ...["--by", "ann", "--message", "first"],
  ]);
  const revision = pushed.stdout.trim();
  const json = await runCommand("main", ["status", "--to", to, "--json"]);
  const answer = JSON.parse(json.stdout);
  assert.deepEqual([json.code, answer.revision], [0, revision]);
  const { at, ...rest } = answer.newest;
  assert.deepEqual(rest, { revision, by: "ann", message: "first", source: "push" });
  assert.ok(!Number.isNaN(Date.parse(at)));
  const text = await runCommand("main", ["status", "--to", to]);
  assert.equal(text.code, 0);
  assert.match(text.stdout, new RegExp(`\n {2}newest +${revision}, pushed .* by ann: first\n`));
  assert.match(text.stdout, /known to gateways only/);
});

Deno.test("limen status --watch: one look after the other, also over a moment without an answer", async () => {
  await using gateway = startFakeGateway(ANSWERS);
  const child = spawnCommand("main", ["status", "--to", gateway.url, "--watch", "0.2", "--json"]);
  const lines: Record<string, unknown>[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      lines.push(...parts.map((line) => JSON.parse(line)));
    }
  })();
  await until("a look", () => lines.length > 1);
  gateway.answers = {};
  await until("no answer", () => "error" in lines.at(-1)!);
  // Another revision shows up: the history is asked for anew, and else it is not.
  const asked = gateway.asked.filter((question) => question === "GET history").length;
  assert.equal(asked, 1);
  const members = [heardOf({ id: "a", revision: "000000000000" })];
  gateway.answers = { ...ANSWERS, "GET status": statusAnswerOf({ members }) };
  await until("an answer again", () => "revision" in lines.at(-1)!);
  await until(
    "history",
    () => gateway.asked.filter((question) => question === "GET history").length === 2,
  );
  child.kill("SIGINT");
  const [{ code }] = await Promise.all([child.status, reading]);
  await child.stderr.cancel();
  assert.equal(code, 0);
  assert.deepEqual(lines[0], { ...STATUS, newest, clusters: CLUSTERS });
});

for (const seconds of ["soon", "0"]) {
  Deno.test(`limen status --watch ${seconds}: wrong usage`, async () => {
    const args = ["status", "--to", "http://127.0.0.1:1", `--watch=${seconds}`];
    const { code, stderr } = await runCommand("main", args);
    assert.equal(code, 2);
    assert.match(stderr, /Seconds between two looks are 0\.2 to 86400/);
  });
}
