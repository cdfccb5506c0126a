/** What the kernel knows of a process: all its threads, read from /proc. */

/** Linux counts a process's CPU time in hundredths of a second (USER_HZ). */
const TICK_US = 10_000;

/** Microseconds of CPU, user and system, since the process began. */
export async function cpuUs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, and may itself hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Resident memory in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** The native workerd that serves for `pid`, a process that started it itself or through others. */
export async function workerdBelow(pid: number): Promise<number> {
  for await (const child of descendants(pid)) {
    const args = (await Deno.readTextFile(`/proc/${child}/cmdline`)).split("\0");
    if (args.includes("serve") && args.some((arg) => arg.endsWith("/workerd.capnp"))) return child;
  }
  throw new Error(`process ${pid} has no workerd`);
}

async function* descendants(pid: number): AsyncGenerator<number> {
  for await (const { name: thread } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${thread}/children`);
    for (const child of text.split(" ").filter((part) => part !== "").map(Number)) {
      yield child;
      yield* descendants(child);
    }
  }
}

/**
 * Keeps a process and all its threads on one core, where the system can do that.
 *
 * @returns whether it could
 */
export async function pin(pid: number, core: number): Promise<boolean> {
  try {
    const args = ["--all-tasks", "--cpu-list", "--pid", String(core), String(pid)];
    const { success } = await new Deno.Command("taskset", { args, stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
