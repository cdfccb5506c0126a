/** Runs a command line in this process: in milliseconds, but only one at a time. */
import type { Command } from "commander";
import { run } from "../../../src/cli/run.ts";
import type { Ran } from "./command.ts";

/** In place of the end of the process. */
class Ended extends Error {
  readonly code: number;

  constructor(code = 0) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/**
 * As a script would run it, without a terminal. What reads standard input or waits for a signal needs
 * a process of its own.
 *
 * @param env set as long as it runs; other `LIMEN_*` are not, nor where `deno task` was typed
 */
export async function runHere(
  command: Command,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const stdout = new Sink();
  const stderr = new Sink();
  for (const each of [command, ...command.commands]) {
    each.configureOutput({
      writeOut: (text) => stdout.add(text),
      writeErr: (text) => stderr.add(text),
      // As wide as where nobody knows better.
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    });
  }
  using undo = new DisposableStack();
  const replace = (object: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
    undo.defer(() => {
      if (before === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, before);
    });
  };
  replace(Deno, "exit", (code?: number): never => {
    throw new Ended(code);
  });
  replace(Deno.stdout, "writeSync", stdout.writeSync);
  replace(Deno.stderr, "writeSync", stderr.writeSync);
  for (const stream of [Deno.stdin, Deno.stdout, Deno.stderr]) {
    replace(stream, "isTerminal", () => false);
  }
  undo.defer(environment(env));
  try {
    await run(command, args);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { code: error.code, stdout: stdout.text, stderr: stderr.text };
  }
  throw new Error(`${command.name()} ${args.join(" ")} did not say how it ended`);
}

class Sink {
  text = "";
  readonly #decoder = new TextDecoder();

  add(text: string): void {
    this.text += text;
  }

  readonly writeSync = (bytes: Uint8Array): number => {
    this.add(this.#decoder.decode(bytes, { stream: true }));
    return bytes.length;
  };
}

/** @returns what puts everything back */
function environment(env: Readonly<Record<string, string>>): () => void {
  const before = Object.entries(Deno.env.toObject())
    .filter(([name]) => /^(?:LIMEN_|INIT_CWD$)/.test(name) || name in env);
  for (const [name] of before) Deno.env.delete(name);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  return () => {
    for (const name of Object.keys(env)) Deno.env.delete(name);
    for (const [name, value] of before) Deno.env.set(name, value);
  };
}
