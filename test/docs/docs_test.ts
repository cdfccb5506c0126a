/** The command lines of README and docs: what can be run is run, and what can't is at least real. */
import assert from "node:assert/strict";
import { type Command } from "commander";
import { limen } from "../../src/cli/main.ts";
import { ROOT } from "../e2e/support/gateway.ts";
import { blocksIn, type CommandBlock, commandsIn, wordsOf } from "./blocks.ts";
import { openSandbox } from "./sandbox.ts";

interface Page {
  readonly name: string;
  readonly blocks: readonly CommandBlock[];
}

async function pages(): Promise<Page[]> {
  const docs = await Array.fromAsync(Deno.readDir(`${ROOT}/docs`), ({ name }) => `docs/${name}`);
  const names = ["README.md", ...docs.filter((name) => name.endsWith(".md")).sort()];
  return await Promise.all(names.map(async (name) => ({
    name,
    blocks: blocksIn(await Deno.readTextFile(`${ROOT}/${name}`)),
  })));
}

Deno.test("docs: every block of commands that needs nothing but this checkout runs", async (t) => {
  await using sandbox = await openSandbox();
  let count = 0;
  for (const { name, blocks } of await pages()) {
    for (const { line, text } of blocks.filter(({ kind }) => kind === "sh")) {
      await t.step(`${name}:${line}`, async () => {
        const { code, output } = await sandbox.run(text);
        assert.equal(code, 0, `${text}\n${output}`);
      });
      count++;
    }
  }
  assert.ok(count > 10, `only ${count} blocks were found`);
});

const tasks = async (): Promise<ReadonlySet<string>> =>
  new Set(Object.keys(JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`)).tasks));

Deno.test("docs: every task and every limen command that a page shows exists, with its options", async () => {
  const known = await tasks();
  let count = 0;
  for (const { name, blocks } of await pages()) {
    for (const { line, text } of blocks) {
      for (const command of commandsIn(text)) {
        for (const [, task, rest = ""] of command.matchAll(/deno(?:@\S+)? task (\S+)([^|;&)]*)/g)) {
          const where = `${name}:${line}: ${command}`;
          assert.ok(known.has(task!), `there is no such task: ${where}`);
          if (task === "limen") assert.equal(wrongIn(wordsOf(rest)), null, where);
          count++;
        }
      }
    }
  }
  assert.ok(count > 30, `only ${count} commands were found`);
});

/** What is wrong with the words after `limen`, as far as its help can tell. */
function wrongIn([name = "", ...words]: readonly string[]): string | null {
  const command = limen().commands.find((each) => each.name() === name);
  if (command === undefined) return name.startsWith("-") ? null : `there is no command ${name}`;
  return wrongOptions(command, words);
}

function wrongOptions(command: Command, words: readonly string[]): string | null {
  let given = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^\d*[<>]/.test(word)) break;
    if (!/^-./.test(word)) {
      given++;
      continue;
    }
    const [flag, value] = word.split("=", 2);
    const option = command.options.find(({ short, long }) => short === flag || long === flag);
    if (option === undefined && flag !== "--help") return `${command.name()} has no option ${flag}`;
    if (option?.required && value === undefined) i++;
  }
  const [least, most] = [
    command.registeredArguments.filter(({ required }) => required).length,
    command.registeredArguments.some(({ variadic }) => variadic)
      ? Infinity
      : command.registeredArguments.length,
  ];
  const isHelp = words.includes("--help");
  return isHelp || (given >= least && given <= most)
    ? null
    : `${command.name()} takes ${least} to ${most} arguments, not ${given}`;
}

const wrongs = [
  { words: "validate policies/demo.json", wrong: null },
  { words: "validate", wrong: "validate takes 1 to Infinity arguments, not 0" },
  { words: "push x.json --to deno --yes", wrong: null },
  { words: "push x.json --too deno", wrong: "push has no option --too" },
  { words: "conquer", wrong: "there is no command conquer" },
];
for (const { words, wrong } of wrongs) {
  Deno.test(`docs: limen ${words}: ${wrong ?? "is right"}`, () => {
    assert.equal(wrongIn(wordsOf(words)), wrong);
  });
}
