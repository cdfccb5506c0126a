/** What holds for every command: what it prints where, its exit code, and its JSON. */
import assert from "node:assert/strict";
import { limen } from "../../src/cli/main.ts";
import { ADMIN_TOKEN, startGateway } from "../e2e/support/gateway.ts";
import { runCommand, temporaryFolder } from "./support/command.ts";
import { argsOf, type Line, LINES, runLine } from "./support/command_lines.ts";
import { FINDINGS, type Given, type Shape } from "./support/command_rows.ts";
import { runHere } from "./support/in_process.ts";

/** Two of them: what is pushed over one is a change. */
const policySaying = (body: string): string =>
  JSON.stringify({
    clusters: {
      a: { location: "edge", endpoints: ["http://127.0.0.1:9"] },
      b: { location: "edge", endpoints: ["http://127.0.0.1:9"] },
    },
    routes: [
      { name: "both", match: { path: "/both/*" }, split: { a: 1, b: 1 } },
      { name: "say", respond: { status: 200, body } },
    ],
    tests: [{ name: "t", request: { url: "http://shop.test/" }, expect: { route: "say" } }],
  });

const INVALID = '{ "clusters": {}, "routes": [], "x": 1 }';

interface Files {
  readonly path: string;
  readonly good: string;
  readonly bad: string;
  readonly missing: string;
}

async function filesIn(path: string): Promise<Files> {
  const files = {
    path,
    good: `${path}/good.json`,
    bad: `${path}/bad.json`,
    missing: `${path}/missing.json`,
  };
  await Deno.writeTextFile(files.good, policySaying("new"));
  await Deno.writeTextFile(files.bad, INVALID);
  return files;
}

Deno.test("policy files: one that is missing, one that is not valid", async (t) => {
  await using folder = await temporaryFolder();
  const { path, good, bad, missing } = await filesIn(folder.path);
  const to = `deno:${path}/kv.sqlite3`;
  assert.equal((await runHere(limen(), ["push", good, "--to", to])).code, 0);
  for (const line of LINES.filter(({ row }) => row.withFile !== undefined)) {
    await t.step(line.name, async () => {
      const args = (file: string): readonly string[] =>
        argsOf(line, { file, to, out: "" }, line.row.withFile);
      for (const json of [[], ["--json"]]) {
        const none = await runLine(line, [...args(missing), ...json]);
        assert.deepEqual([none.code, none.stdout], [2, ""]);
        assert.match(none.stderr, /^limen: can't read \S+missing\.json: there is no such file\n$/);
      }
      const said = await runLine(line, args(bad));
      assert.equal(said.code, 1, said.stderr);
      assert.match(said.stdout, /^\S+bad\.json:1:\d+ LIM010 x: .*\n$/);
      assert.match(said.stderr, /not (?:a )?valid/);
      const json = await runLine(line, [...args(bad), "--json"]);
      assert.equal(json.code, 1, json.stderr);
      assert.deepEqual(shapeOf(json.stdout), FINDINGS);
    });
  }
});

/** The one JSON document that `text` is. */
function shapeOf(text: string): Shape {
  const entries = Object.entries<unknown>(JSON.parse(text)).map(([key, value]) => {
    const [first] = Array.isArray(value) ? value as unknown[] : [];
    const isObject = typeof first === "object" && first !== null;
    return [key, isObject ? Object.keys(first).sort().join(" ") : ""];
  });
  return Object.fromEntries(entries);
}

/** Where nothing listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** With `--json` and without: an answer that there is none is on standard error alone. */
async function assertRefused(
  line: Line,
  args: readonly string[],
  { code, stderr, env }: {
    readonly code: number;
    readonly stderr: RegExp;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  for (const json of [[], ["--json"]]) {
    const ran = await runLine(line, [...args, ...json], env);
    assert.deepEqual([ran.code, ran.stdout], [code, ""], ran.stderr);
    assert.match(ran.stderr, stderr);
  }
}

const POINTED = LINES.filter(({ row }) => row.target !== undefined);

Deno.test("targets: what can't be reached, and what refuses", async (t) => {
  await using folder = await temporaryFolder();
  const { path, good: file } = await filesIn(folder.path);
  const gateway = await startGateway("deno", { policy: policySaying("old") });
  const nobody = `http://127.0.0.1:${closedPort()}`;
  const to = (line: Line, to: string): readonly string[] => argsOf(line, { file, to, out: "" });
  try {
    for (const line of POINTED) {
      await t.step(`${line.name}: nothing listens`, () =>
        assertRefused(line, to(line, nobody), {
          code: 3,
          stderr: /^limen: can't reach .*127\.0\.0\.1/m,
        }));
      await t.step(`${line.name}: a wrong token`, () =>
        assertRefused(line, to(line, gateway.url), {
          code: 3,
          env: { LIMEN_ADMIN_TOKEN: "wrong" },
          stderr: line.row.target === "behind"
            ? /^limen: .* answered 200 without a decision: LIMEN_ADMIN_TOKEN here may not be/
            // From the eleventh on in a minute.
            : /^limen: the gateway at \S+ (?:refuses this token|saw too many wrong tokens): /m,
        }));
      if (line.row.target === "behind") continue;
      await t.step(
        `${line.name}: a store that can't be opened`,
        () =>
          assertRefused(line, to(line, `deno:${path}`), {
            ...line.row.target === "gateway"
              ? { code: 2, stderr: /^limen: --to deno is a store, and .*: give one's URL\n$/ }
              : { code: 3, stderr: /^limen: can't read the Deno KV \S+: unable to open/m },
          }),
      );
    }
  } finally {
    await gateway.stop();
  }
});

Deno.test("--json: one document with the documented keys, and nothing else", async (t) => {
  await using folder = await temporaryFolder();
  const { path, good: file } = await filesIn(folder.path);
  await Deno.writeTextFile(`${path}/old.json`, policySaying("old"));
  const gateway = await startGateway("deno");
  const targets = { gateway: gateway.url, store: `deno:${path}/kv.sqlite3` } as const;
  try {
    for (const [kind, to] of Object.entries(targets) as [keyof typeof targets, string][]) {
      for (const name of ["old", "good"]) {
        const pushed = await runHere(limen(), ["push", `${path}/${name}.json`, "--to", to], {
          LIMEN_ADMIN_TOKEN: ADMIN_TOKEN,
        });
        assert.equal(pushed.code, 0, pushed.stderr);
      }
      for (const line of LINES) {
        const { json, target = "any", withFile } = line.row;
        if (json === undefined || (kind === "store" && target !== "any")) continue;
        const want = typeof json === "function" ? json(kind) : json;
        const given: Given = { file, to, out: `${path}/${kind}.json` };
        const words = new Set([line.row.words, ...(withFile === undefined ? [] : [withFile])]);
        const ways = [
          ...[...words].map((words) => ({ args: argsOf(line, given, words), want })),
          ...(line.row.jsonWith ?? []).map(([options, want]) => ({
            args: [...argsOf(line, given), ...options(given)],
            want,
          })),
        ];
        for (const { args, want } of ways) {
          const name = [line.name, ...args].join(" ").replaceAll(to, kind).replaceAll(path, "");
          await t.step(name, async () => {
            const { code, stdout, stderr } = await runLine(line, [...args, "--json"]);
            assert.equal(code, 0, stderr);
            assert.deepEqual(shapeOf(stdout), want);
            assert.ok(stdout.endsWith("\n") && !stdout.endsWith("\n\n"));
          });
        }
      }
    }
  } finally {
    await gateway.stop();
  }
});

Deno.test("in a process of its own a command ends as it does here", async () => {
  await using folder = await temporaryFolder();
  const { good, bad, missing } = await filesIn(folder.path);
  const nobody = `http://127.0.0.1:${closedPort()}`;
  const codes = await Promise.all([
    ["simulate", good, "--json"],
    ["validate", bad],
    ["validate", missing],
    ["push", good, "--too", nobody],
    ["pull", "--to", nobody],
    ["drain", "--help"],
  ].map(async (args) => {
    const ran = await runCommand("main", args);
    return { args, ran };
  }));
  for (const { args, ran } of codes) assert.deepEqual(await runHere(limen(), args), ran);
  assert.deepEqual(codes.map(({ ran }) => ran.code), [0, 1, 2, 2, 3, 0]);
});
