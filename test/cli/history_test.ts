/** `limen history`, `pull` and `rollback`, against each kind of target. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type Runtime, startGateway } from "../e2e/support/gateway.ts";
import { type Ran, runCommand, temporaryFolder } from "./support/command.ts";

const run = (...args: string[]): Promise<Ran> =>
  runCommand("main", args, { env: { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN } });

const saying = (body: string): string =>
  `// what says ${body}\n${
    JSON.stringify({ clusters: {}, routes: [{ name: "hi", respond: { status: 200, body } }] })
  }\n`;

/** Pushes two policies. @returns their revisions */
async function pushTwo(folder: string, to: readonly string[]): Promise<[string, string]> {
  const revisions: string[] = [];
  for (const body of ["one", "two"]) {
    await Deno.writeTextFile(`${folder}/${body}.json`, saying(body));
    const args = ["--by", "ann", "--message", `says ${body}`, "--to", ...to];
    const pushed = await run("push", `${folder}/${body}.json`, ...args);
    assert.equal(pushed.code, 0, pushed.stderr);
    revisions.push(pushed.stdout.trim().split("\n").at(-1)!);
  }
  return revisions as [string, string];
}

async function backAndForth(folder: string, to: readonly string[]): Promise<void> {
  const [one, two] = await pushTwo(folder, to);
  const target = ["--to", ...to];

  const pulled = await run("pull", ...target);
  assert.equal(pulled.stdout, saying("two"), "byte for byte, comments and all");
  const earlier = await run("pull", "--revision", one, ...target);
  assert.equal(earlier.stdout, saying("one"));

  const dry = await run("rollback", "previous", "--dry-run", ...target);
  assert.deepEqual([dry.code, dry.stdout], [0, ""], dry.stderr);
  assert.match(
    dry.stderr,
    new RegExp(`${two} -> ${one}\n  ~ route hi: .*(.*\n)+.*would put ${one}`),
  );
  assert.equal((await run("pull", ...target)).stdout, saying("two"), "nothing is stored");
  const moved = await run("rollback", one, "--dry-run", "--if-revision", one, ...target);
  assert.equal(moved.code, 3);
  assert.match(moved.stderr, new RegExp(`a rollback would be refused: .* is ${two}, not ${one}\n`));

  const back = await run("rollback", "previous", "--by", "bob", ...target);
  assert.equal(back.code, 0, back.stderr);
  assert.equal(back.stdout, `${one}\n`);
  assert.match(back.stderr, new RegExp(`${two} -> ${one}`));
  assert.equal((await run("pull", ...target)).stdout, saying("one"));

  const lost = await run("rollback", two, "--if-revision", two, ...target);
  assert.equal(lost.code, 3);
  assert.match(
    lost.stderr,
    /not rolled back: the store holds \S+, not \S+: see `limen diff .*`, then try again\n/,
  );

  const history = await run("history", "--json", ...target);
  const { revisions } = JSON.parse(history.stdout);
  assert.deepEqual(
    revisions.slice(0, 3).map((
      { revision, by, message, source }: Record<string, string>,
    ) => [revision, by, message, source]),
    [
      [one, "bob", `rollback to ${one}`, "rollback"],
      [two, "ann", "says two", "push"],
      [one, "ann", "says one", "push"],
    ],
  );
  const lines = await run("history", "--limit", "2", ...target);
  const [head = "", first = "", second = "", ...more] = lines.stdout.trimEnd().split("\n");
  assert.match(head, /^ {3}revision {6}at {2,}how {7}by {3}why$/);
  const when = "\\S+Z  \\(\\d+ s ago\\)";
  assert.match(first, new RegExp(`^\\*  ${one}  ${when} +rollback  bob  rollback to ${one}$`));
  assert.match(second, new RegExp(`^   ${two}  ${when} +push      ann  says two$`));
  assert.deepEqual(more, []);
}

for (const runtime of ["deno", "cloudflare"] satisfies Runtime[]) {
  Deno.test(`limen history, pull, rollback: through a gateway on ${runtime}`, async () => {
    await using folder = await temporaryFolder();
    const gateway = await startGateway(runtime);
    try {
      await backAndForth(folder.path, [gateway.url]);
    } finally {
      await gateway.stop();
    }
  });
}

Deno.test("limen history, pull, rollback: straight in a Deno KV", async () => {
  await using folder = await temporaryFolder();
  await backAndForth(folder.path, [`deno:${folder.path}/kv.sqlite3`]);
});

Deno.test("limen history, pull, rollback: straight in a Workers KV namespace", async () => {
  await using folder = await temporaryFolder();
  await backAndForth(folder.path, ["cloudflare", "--local", "--persist-to", `${folder.path}/kv`]);
});

Deno.test("limen history, pull, rollback: what can't be done is said", async (t) => {
  await using folder = await temporaryFolder();
  const to = ["--to", `deno:${folder.path}/kv.sqlite3`];
  (await Deno.openKv(`${folder.path}/kv.sqlite3`)).close();
  await t.step("an empty store", async () => {
    const history = await run("history", ...to);
    assert.deepEqual([history.code, history.stdout], [0, ""]);
    assert.match(history.stderr, /has held no policy so far/);
    const pulled = await run("pull", ...to);
    assert.equal(pulled.code, 3);
    assert.match(pulled.stderr, /holds no policy/);
    const back = await run("rollback", "previous", ...to);
    assert.equal(back.code, 3);
    assert.match(back.stderr, /has held nothing else before/);
  });
  await pushTwo(folder.path, [to[1]!]);
  await t.step("an unknown revision", async () => {
    for (const args of [["rollback", "ffffffffffff"], ["pull", "--revision", "ffffffffffff"]]) {
      const ran = await run(...args, ...to);
      assert.deepEqual([ran.code, ran.stdout], [3, ""]);
      assert.match(ran.stderr, / ffffffffffff: `limen history` lists them\n/);
    }
  });
  await t.step("no revision at all", async () => {
    const ran = await run("rollback", "yesterday", ...to);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /12 hex digits.*or say previous/s);
  });
  await t.step("a file that says something else is not overwritten", async () => {
    const out = `${folder.path}/mine.json`;
    await Deno.writeTextFile(out, "mine");
    const refused = await run("pull", "--out", out, ...to);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--force/);
    assert.equal(await Deno.readTextFile(out), "mine");
    assert.equal((await run("pull", "--out", out, "--force", ...to)).code, 0);
    assert.equal(await Deno.readTextFile(out), saying("two"));
    assert.equal((await run("pull", "--out", out, ...to)).code, 0, "the same again is no loss");
  });
});
