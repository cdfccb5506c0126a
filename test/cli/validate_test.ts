import assert from "node:assert/strict";
import { policySaying, runCommand, temporaryFolder } from "./support/command.ts";

const WARNED = `{
  "clusters": { "a": { "location": "edge", "endpoints": ["http://10.0.0.1"] } },
  "routes": []
}`;

/** Two errors, and a name that is close to another. */
const WRONG = `{
  // A comment is no error.
  "clusters": { "aws": { "location": "edge", "endpoints": ["http://10.0.0.1"] } },
  "routes": [{ "name": "r", "hosts": ["r"], "split": { "awz": 1 } }, { "name": "q", "to": "aws", "x": 1 }]
}`;

interface Row {
  readonly name: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const NOTHING = /^$/;

const rows: readonly Row[] = [
  {
    name: "a valid policy",
    files: { "p.json": policySaying("hi") },
    args: ["p.json"],
    code: 0,
    stdout: NOTHING,
    stderr: /p\.json: valid, no findings\n$/,
  },
  {
    name: "a warning alone",
    files: { "p.json": WARNED },
    args: ["p.json"],
    code: 0,
    stdout: /^.*p\.json:2:17 LIM102 clusters\.a: no route uses "a"\n$/,
    stderr: /valid, 1 warning\nWhat LIM102 means .*: docs\/findings\.md#lim102\n$/,
  },
  {
    name: "every error at once, with a position and a suggestion",
    files: { "p.json": WRONG },
    args: ["p.json"],
    code: 1,
    stdout:
      /p\.json:4:56 LIM020 routes\[0\]\.split\.awz: .*did you mean "aws"\?\n.*p\.json:4:98 LIM010 routes\[1\]\.x: /,
    stderr:
      /not valid, 2 errors\nWhat these codes mean and how to mend them: docs\/findings\.md\n$/,
  },
  {
    name: "a target's own warnings only",
    files: {
      "p.json": `{ "clusters": { "a": { "location": "private", "endpoints": ["http://10.0.0.1"] } },
        "routes": [{ "name": "r", "to": "a" }] }`,
    },
    args: ["--target", "deno", "p.json"],
    code: 0,
    stdout: NOTHING,
  },
  {
    name: "no JSON",
    files: { "p.json": '{ "clusters": ' },
    args: ["p.json"],
    code: 1,
    stdout: /p\.json:1:\d+ LIM001 /,
  },
  { name: "an empty file", files: { "p.json": "" }, args: ["p.json"], code: 1, stdout: /LIM0/ },
  {
    name: "wrong types",
    files: { "p.json": '{ "clusters": [], "routes": "all" }' },
    args: ["p.json"],
    code: 1,
    stdout: /LIM012 clusters: .*\n.*LIM012 routes: /,
  },
  {
    name: "no text at all",
    files: { "p.json": new Uint8Array([0xff, 0xfe, 0x00]) },
    args: ["p.json"],
    code: 1,
    stderr: /can't read .*p\.json: it is not UTF-8 text/,
  },
  {
    name: "an error behind a warning: the error is what to read about",
    files: { "p.json": WARNED.replace('"routes": []', '"routes": [], "x": 1') },
    args: ["p.json"],
    code: 1,
    stdout: /LIM102 .*\n.*LIM010 /,
    stderr: /#lim010\n$/,
  },
  {
    name: "one bad file of two",
    files: { "good.json": policySaying("hi"), "bad.json": WRONG },
    args: ["good.json", "bad.json"],
    code: 1,
    stdout: /bad\.json:4:56 /,
    stderr: /good\.json: valid, no findings\n.*bad\.json: not valid/,
  },
  {
    name: "standard input",
    files: {},
    args: ["-"],
    stdin: WRONG,
    code: 1,
    stdout: /^-:4:56 LIM020 /,
  },
  {
    name: "no such file",
    files: { "p.json": WRONG },
    args: ["p.json", "q.json"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: can't read .*q\.json: there is no such file\n$/,
  },
  { name: "a folder", files: {}, args: ["."], code: 2, stderr: /this is a folder/ },
  { name: "no file", files: {}, args: [], code: 2, stderr: /missing required argument/ },
  {
    name: "an unknown target",
    files: { "p.json": WARNED },
    args: ["p.json", "--target", "nginx"],
    code: 2,
    stderr: /Allowed choices are cloudflare, deno/,
  },
  {
    name: "an unknown option",
    files: {},
    args: ["--jsn", "-"],
    stdin: "",
    code: 2,
    stderr: /Did you mean --json\?/,
  },
];

for (const { name, files, args, stdin, code, stdout, stderr } of rows) {
  Deno.test(`limen validate: ${name}`, async () => {
    await using folder = await temporaryFolder();
    for (const [file, content] of Object.entries(files)) {
      const path = `${folder.path}/${file}`;
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    const given = args.map((arg) => /\.json$|^\.$/.test(arg) ? `${folder.path}/${arg}` : arg);
    const options = stdin === undefined ? {} : { stdin };
    const ran = await runCommand("main", ["validate", ...given], options);
    assert.equal(ran.code, code, ran.stderr);
    if (stdout !== undefined) assert.match(ran.stdout, stdout);
    if (stderr !== undefined) assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen validate --json: the contract's shape, and nothing else", async () => {
  const one = await runCommand("main", ["validate", "--json", "-"], { stdin: WRONG });
  assert.equal(one.code, 1);
  assert.equal(one.stderr, "");
  const { findings, ...rest } = JSON.parse(one.stdout);
  assert.deepEqual(rest, {});
  assert.deepEqual(findings.map((finding: object) => Object.keys(finding).sort()), [
    ["code", "column", "line", "message", "path", "severity"],
    ["code", "column", "line", "message", "path", "severity"],
  ]);
  assert.deepEqual(
    [findings[0].code, findings[0].severity, findings[0].path, findings[0].line],
    ["LIM020", "error", "routes[0].split.awz", 4],
  );
});

Deno.test("limen validate --json: several files are told apart", async () => {
  await using folder = await temporaryFolder();
  const [good, bad] = [`${folder.path}/good.json`, `${folder.path}/bad.json`];
  await Deno.writeTextFile(good, WARNED);
  await Deno.writeTextFile(bad, WRONG);
  const { stdout } = await runCommand("main", ["validate", "--json", good, bad]);
  const files = JSON.parse(stdout).findings.map(({ file }: { file: string }) => file);
  assert.deepEqual(new Set(files), new Set([good, bad]));
});
