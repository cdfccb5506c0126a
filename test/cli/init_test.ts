import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";
import { runCommand, temporaryFolder } from "./support/command.ts";

const FLAGS = [
  "--cluster",
  "aws=public:https://shop.test",
  "--cluster",
  "pop=edge:https://pop.test",
  "--route",
  "/shop/*",
];

Deno.test("limen init: writes a policy, and what it says to run next works", async () => {
  await using folder = await temporaryFolder();
  // A folder that is not there yet, and that a shell has to quote.
  const file = `${folder.path}/my policies/p.json`;
  // Where deno comes by npx, it would say so.
  const env = { npm_command: "" };
  const ran = await runCommand("main", ["init", ...FLAGS, "--out", file], { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(ran.stdout.startsWith(`${file} is written: 2 clusters, 1 route, 2 tests.\n`));
  const { $schema } = JSON.parse((await Deno.readTextFile(file)).replace(/^\/\/.*/, ""));
  const schema = await Deno.readTextFile(`${folder.path}/my policies/${$schema}`);
  assert.equal(schema, await Deno.readTextFile(`${ROOT}/policies/policy.schema.json`));

  const deno = `'${Deno.execPath()}'`;
  const lines = ran.stdout.split("\n").filter((line) => /^ {2}deno .* limen /.test(line));
  assert.equal(lines.length, 2, ran.stdout);
  for (const line of lines) {
    const shell = new Deno.Command("sh", {
      args: ["-c", line.trim().replace(/^deno/, () => deno)],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    const { code, stderr } = await shell.output();
    assert.equal(code, 0, `${line}\n${new TextDecoder().decode(stderr)}`);
  }
});

Deno.test("limen init: never replaces a file unless told to", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/p.json`;
  await Deno.writeTextFile(file, "mine");
  const ran = await runCommand("main", ["init", ...FLAGS, "--out", file]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /p\.json is there already: --force replaces it/);
  assert.equal(await Deno.readTextFile(file), "mine");
  const forced = await runCommand("main", ["init", ...FLAGS, "--out", file, "--force"]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(await Deno.readTextFile(file), /"clusters"/);
});

Deno.test("limen init --out -: the policy is the answer, and no file is written", async () => {
  const env = { npm_command: "" };
  const ran = await runCommand("main", ["init", ...FLAGS, "--out", "-"], { env });
  assert.equal(ran.code, 0, ran.stderr);
  const policy = JSON.parse(ran.stdout.replace(/^\/\/.*/, ""));
  assert.deepEqual(Object.keys(policy), ["clusters", "routes", "tests"]);
  assert.match(
    ran.stderr,
    /^That is a policy: 2 clusters, 1 route, 2 tests\. Once it is in policy/,
  );
  assert.match(ran.stderr, /\n {2}deno task limen validate policy\.json\n/);
  await assert.rejects(Deno.stat(`${ROOT}/-`), Deno.errors.NotFound);
});

const refused: readonly { name: string; args: readonly string[]; stderr: RegExp }[] = [
  {
    name: "nobody to ask",
    args: [],
    stderr: /^limen: there is nobody to ask: name the clusters, as in\n +--cluster aws=public:/,
  },
  { name: "nobody to ask, and a yes to everything", args: ["--yes"], stderr: /nobody to ask/ },
  {
    name: "a cluster that is none",
    args: ["--cluster", "aws"],
    stderr: /^limen: --cluster: "aws" is not of the form NAME=LOCATION:URL/,
  },
  { name: "an argument", args: ["policy.json"], stderr: /too many arguments/ },
];

for (const { name, args, stderr } of refused) {
  Deno.test(`limen init: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const file = `${folder.path}/p.json`;
    const ran = await runCommand("main", ["init", ...args, "--out", file]);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, stderr);
    await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
  });
}
