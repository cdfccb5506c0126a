/** A command at a terminal of its own: util-linux's `script` makes one. */
import { ROOT } from "../e2e/support/gateway.ts";

export interface Step {
  /** Typed once this text has appeared, after what came before. */
  readonly at: string;
  readonly keys: string;
}

/** A command at a terminal takes no longer. */
const MOST_MS = 30_000;

/** Runs `limen` with `args` until it ends. @returns all that the terminal showed */
export async function atTerminal(
  args: readonly string[],
  steps: readonly Step[],
): Promise<{ readonly code: number; readonly shown: string }> {
  const command = [Deno.execPath(), "run", "-A", "--quiet", `${ROOT}/src/cli/main.ts`, ...args];
  const child = new Deno.Command("script", {
    // -e: the command's exit code; -f: without delay.
    args: ["-qefc", `stty cols 100 rows 40; exec ${command.join(" ")}`, "/dev/null"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // Whoever waits for what never appears would wait for ever.
  const overdue = setTimeout(() => child.kill("SIGKILL"), MOST_MS);
  const keys = child.stdin.getWriter();
  const left = [...steps];
  let shown = "";
  let seen = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    shown += text;
    const [next] = left;
    const found = next === undefined ? -1 : shown.indexOf(next.at, seen);
    if (found < 0) continue;
    seen = shown.length;
    left.shift();
    await keys.write(new TextEncoder().encode(next!.keys));
  }
  await keys.close().catch(() => {});
  const { code } = await child.status;
  clearTimeout(overdue);
  return { code, shown };
}
