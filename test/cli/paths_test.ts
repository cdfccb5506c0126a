/** Paths count from where they are typed, though `deno task` runs in the checkout. */
import assert from "node:assert/strict";
import { ROOT } from "../e2e/support/gateway.ts";
import { policySaying, type Ran, runCommand, temporaryFolder } from "./support/command.ts";

/** As `deno task limen` does, typed in `folder`. */
const typedIn = (folder: string, ...args: readonly string[]): Promise<Ran> =>
  runCommand("main", args, { env: { INIT_CWD: folder } });

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name.replace(/-(?:shm|wal)$/, "")).sort();
}

/** A folder of the checkout that git ignores, gone after the test. */
async function folderOfCheckout(): Promise<AsyncDisposable & { readonly path: string }> {
  await Deno.mkdir(`${ROOT}/.limen`, { recursive: true });
  const path = await Deno.makeTempDir({ dir: `${ROOT}/.limen` });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("relative paths count from the caller's folder, and are named as they were typed", async () => {
  await using folder = await folderOfCheckout();
  const { path } = folder;
  await Deno.writeTextFile(`${path}/p.json`, policySaying("hi"));
  const to = ["--to", "deno:kv.sqlite3"];
  const clusters = ["--cluster", "a=edge:http://a.test"];
  const lines: readonly (readonly [args: readonly string[], stdout: RegExp, stderr: RegExp])[] = [
    [["validate", "p.json"], /^$/, /^p\.json: valid, no findings\n$/],
    [["init", ...clusters, "--out", "new/q.json"], /^new\/q\.json is written: /, /^$/],
    [["plan", "./p.json", ...to, "--out", "plan.json"], /no policy -> /, /^plan\.json holds /m],
    [["push", "--plan", "plan.json", ...to], /^[0-9a-f]{12}\n$/, /to the Deno KV kv\.sqlite3\n/],
    [["pull", ...to, "--out", "back.json"], /^$/, /^back\.json: [0-9a-f]{12}\n$/],
  ];
  for (const [args, stdout, stderr] of lines) {
    const ran = await typedIn(path, ...args);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  }
  assert.equal(await Deno.readTextFile(`${path}/back.json`), policySaying("hi"));
  assert.deepEqual(
    [...new Set(await namesIn(path))],
    ["back.json", "kv.sqlite3", "new", "p.json", "plan.json"],
  );
  const none = await typedIn(path, "validate", "policies/demo.json");
  assert.deepEqual([none.code, none.stderr], [
    2,
    "limen: can't read policies/demo.json: there is no such file\n",
  ]);
});

Deno.test("what npm has left in INIT_CWD is not where a command was typed", async () => {
  const ran = await typedIn("/", "validate", "policies/demo.json", "--target", "deno");
  assert.deepEqual([ran.code, ran.stderr], [0, "policies/demo.json: valid, no findings\n"]);
});

Deno.test("run without deno task, relative paths count from the working folder", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  await Deno.writeTextFile(`${path}/p.json`, policySaying("hi"));
  const validate = (
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Deno.CommandOutput> =>
    new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--quiet", "--config", `${ROOT}/deno.json`],
        ...[`${ROOT}/src/cli/main.ts`, "validate", "p.json"],
      ],
      cwd,
      env,
    }).output();
  // What npm left behind is not where this was typed.
  assert.equal((await validate(path, { INIT_CWD: ROOT })).code, 0);
  assert.equal((await validate(path, { INIT_CWD: "/" })).code, 0);
  assert.equal((await validate(ROOT, { INIT_CWD: "" })).code, 2);
});

Deno.test("what only reads makes no store", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  await Deno.writeTextFile(`${path}/p.json`, policySaying("hi"));
  const file = `${path}/new/kv.sqlite3`;
  for (
    const args of [
      ["status"],
      ["history"],
      ["pull"],
      ["rollback", "previous"],
      ["diff", "active", `${path}/p.json`],
    ]
  ) {
    const ran = await runCommand("main", [...args, "--to", `deno:${file}`]);
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [
      3,
      "",
      `limen: there is no database at ${file}\n`,
    ]);
  }
  const local = ["--to", "cloudflare", "--local", "--persist-to", `${path}/workers`];
  const none = await runCommand("main", ["status", ...local]);
  assert.deepEqual([none.code, none.stderr], [3, `limen: there is no folder ${path}/workers\n`]);
  // Nor what only says what a push would do.
  for (const args of [["plan"], ["push", "--dry-run"]]) {
    const ran = await runCommand("main", [...args, `${path}/p.json`, "--to", `deno:${file}`]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^there is no database at \S+ so far: a push makes it\n/);
  }
  assert.deepEqual(await namesIn(path), ["p.json"]);
  const pushed = await runCommand("main", ["push", `${path}/p.json`, "--to", `deno:${file}`]);
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.match(pushed.stderr, /^there is no database at \S+ so far: a push makes it\n/);
  const status = await runCommand("main", ["status", "--to", `deno:${file}`]);
  assert.deepEqual([status.code, status.stderr], [0, ""]);
});
