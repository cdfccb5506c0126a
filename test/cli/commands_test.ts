/** What holds for every command: it has a help that tells all, and says what is wrong usage. */
import assert from "node:assert/strict";
import { limen } from "../../src/cli/main.ts";
import { ROOT } from "../e2e/support/gateway.ts";
import { argsOf, commandOf, type Line, LINES, runLine } from "./support/command_lines.ts";
import { COMMANDS, type Given, type Row, TASKS } from "./support/command_rows.ts";
import { runHere } from "./support/in_process.ts";

Deno.test("every command and every task with a command line has its row", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const lines = Object.entries<string>(tasks).filter(([name, command]) =>
    command.includes(" src/cli/") && !["limen", "schema"].includes(name)
  );
  assert.deepEqual(lines.map(([name]) => name).sort(), Object.keys(TASKS).sort());
  assert.deepEqual(
    limen().commands.map((command) => command.name()).sort(),
    Object.keys(COMMANDS).sort(),
  );
});

Deno.test("limen --help: every command in a group, and how to get help for one", async () => {
  const { code, stdout, stderr } = await runHere(limen(), ["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(!/^Commands:$/m.test(stdout), "a command is in no group");
  const listed = [...stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name]) => name!);
  assert.deepEqual(listed.sort(), [...Object.keys(COMMANDS), "help"].sort());
  assert.match(stdout, /^`limen COMMAND --help` tells /m);
  assert.deepEqual(widerThan(100, stdout), []);
});

const widerThan = (most: number, text: string): readonly string[] =>
  // A checkout may lie anywhere, and what is to be pasted is as long as it is.
  text.split("\n").filter((line) => line.length > most && !line.includes(ROOT));

for (const line of LINES) {
  Deno.test(`${line.name} --help: tells all, on standard output`, async () => {
    const { code, stdout, stderr } = await runLine(line, ["--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.startsWith(`Usage: ${line.name} `), stdout);
    assert.deepEqual(widerThan(100, stdout), []);
    const command = commandOf(line);
    const oneLine = stdout.replace(/\s+/g, " ");
    assert.match(command.description(), /^[A-Z].*\.$/);
    assert.ok(oneLine.includes(command.description()));
    for (const argument of command.registeredArguments) {
      assertDescribed(argument.name(), argument.description, stdout);
    }
    for (const { flags, description } of command.options) {
      assertDescribed(flags, description, stdout);
    }
    assert.match(stdout, /\n\nExit codes: 0 done; 1 .*; 2 wrong usage;\n3 .*refused\.\n$/);
    assert.match(stdout, line.row.help ?? /./);
    if (line.root === limen) {
      assert.equal((await runHere(limen(), ["help", ...line.before])).stdout, stdout);
    }
  });
}

/** In a column of its own, as part of a sentence: so without a capital and a full stop. */
function assertDescribed(term: string, description: string, help: string): void {
  assert.match(description, /^(?!\p{Lu}\p{Ll}).+[^.]$/u, term);
  assert.ok(help.includes(`\n  ${term} `), `${term} is not in\n${help}`);
}

const NOWHERE: Given = { file: "nope.json", to: "deno:nope", out: "nope.json" };

/** What is wrong with a command by what it says that it takes. */
function wrongWith(line: Line): Row["wrong"] {
  const { registeredArguments: parameters, options } = commandOf(line);
  const words = line.row.words(NOWHERE);
  const rest = argsOf(line, NOWHERE, () => []);
  const wrong: Row["wrong"][number][] = [
    [[...words, ...rest, "--hlep"], /unknown option '--hlep'\n\(Did you mean --help\?\)/],
  ];
  if (!parameters.some(({ variadic }) => variadic)) {
    const tooMany = [...words, ...parameters.slice(words.length).map(() => "x"), "x"];
    wrong.push([[...tooMany, ...rest], /too many arguments/]);
  }
  const [first] = parameters;
  if (first?.required) wrong.push([rest, says(`missing required argument '${first.name()}'`)]);
  for (const { flags, long, mandatory, required } of options) {
    if (mandatory) wrong.push([words, says(`required option '${flags}' not specified`)]);
    if (required) wrong.push([[...words, long!], says(`option '${flags}' argument missing`)]);
  }
  return wrong;
}

const says = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));

for (const line of LINES) {
  Deno.test(`${line.name}: wrong usage is said, and nothing is answered`, async () => {
    for (const [args, stderr] of [...wrongWith(line), ...line.row.wrong]) {
      const ran = await runLine(line, args);
      assert.deepEqual([ran.code, ran.stdout], [2, ""], `${args.join(" ")}\n${ran.stderr}`);
      assert.match(ran.stderr, stderr);
      assert.match(ran.stderr, /^limen: .*\S\n/);
    }
  });
}

Deno.test("--json: who has it is known to answer, and the other way round", () => {
  const have = LINES.filter((line) =>
    commandOf(line).options.some(({ long }) => long === "--json")
  );
  assert.deepEqual(have, LINES.filter(({ row }) => row.json !== undefined));
});
