/** What the kernel knows of a running gateway's processes (Linux `/proc`). */
import type { RunningGateway } from "./gateway.ts";

/** Every process below `pid`, at this moment. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : null;
    if (parent !== null) children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  const below = (root: number): number[] =>
    (children.get(root) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** The process is there, and no zombie that only waits for its parent. */
export function isRunning(pid: number): boolean {
  return parentOf(pid) !== null;
}

/** The process that carries the traffic: Deno itself, or workerd somewhere below it. */
export function servingProcess({ runtime, pid }: RunningGateway): number {
  if (runtime === "deno") return pid;
  const workerd = descendants(pid).find((each) => commandOf(each).includes("workerd.capnp"));
  if (workerd === undefined) throw new Error("no workerd below the gateway's process");
  return workerd;
}

/** Bytes that the process has in memory now. */
export const residentBytes = (pid: number): number => statusBytes(pid, "VmRSS");

/** The most that the process has had in memory since `forgetPeak`. */
export const peakBytes = (pid: number): number => statusBytes(pid, "VmHWM");

/** proc_pid_clear_refs(5): "5" sets the peak back to what is resident now. */
export const forgetPeak = (pid: number): void =>
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");

function statusBytes(pid: number, field: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
}

/** proc_pid_stat(5): the name may hold anything, so fields are counted from its last parenthesis. */
function parentOf(pid: number): number | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : Number(parent);
  } catch {
    return null;
  }
}

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    return "";
  }
}
