/** `limen drain` and `limen undrain`: a cluster out of service, and back. */
import { Command } from "commander";
import type { StatusAnswer } from "../../routes/status.ts";
import { compile } from "../compile/compile.ts";
import type { DescribedCluster } from "../health/describe.ts";
import { validate } from "../policy/validate.ts";
import { confirmed } from "./confirmed.ts";
import { askClusters, unknownCluster } from "./described_clusters.ts";
import { CommandError, EXIT, type ExitCode } from "./exit_codes.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print, say } from "./output.ts";
import { ending } from "./run.ts";
import { percent } from "./table.ts";
import { gatewayOption, type TargetName } from "./target/open.ts";
import type { Said } from "./target/admin.ts";
import { Refused } from "./target/refusal.ts";
import { type Gateway, usingGateway } from "./target/using_gateway.ts";
import { unservedBy, type UnservedRoute } from "./unserved.ts";

export interface DrainOptions {
  readonly to: TargetName;
  readonly by?: string;
  readonly message?: string;
  readonly yes?: true;
  readonly json?: true;
}

export const drain = (name: string, { to, yes, json, ...said }: DrainOptions): Promise<ExitCode> =>
  usingGateway(to, "a drain", async (gateway) => {
    const clusters = await askClusters(gateway.admin);
    const cluster = clusters.find((cluster) => cluster.name === name);
    if (cluster === undefined) throw unknownCluster(name, clusters);
    const unserved = await unservedWithout(name, gateway, clusters);
    for (const line of warnings(name, unserved)) say(line);
    if (!yes && !cluster.draining && !await mayDrain(name, gateway, unserved)) {
      say("limen: not drained");
      return EXIT.bad;
    }
    const drained = await change(gateway, name, "drain", said);
    if (json) print(JSON.stringify({ ...drained, unserved }, null, 2));
    else print(cluster.draining ? `${name} was draining already` : `${name} is draining`);
    const when = await heldWithin(gateway);
    say(`  it gets no new requests: here at once, ${when}; those in flight may finish`);
    say(`  restarts and pushes change nothing about that: limen undrain ${name} does`);
    return EXIT.done;
  });

export const undrain = (
  name: string,
  { to, yes: _, json, ...said }: DrainOptions,
): Promise<ExitCode> =>
  usingGateway(to, "a drain", async (gateway) => {
    const clusters = await askClusters(gateway.admin);
    const cluster = clusters.find((cluster) => cluster.name === name);
    // A drain outlives the policy that named its cluster: only the gateway knows of such a one.
    const back = await change(gateway, name, "undrain", said).catch((error) => {
      if (!(error instanceof Refused && error.status === 404)) throw error;
      throw unknownCluster(name, clusters);
    });
    const was = cluster?.draining === false ? "was not draining" : "is back";
    if (json) print(JSON.stringify(back, null, 2));
    else print(`${name} ${was}`);
    if (cluster?.draining !== false) {
      say(`  it gets new requests: here at once, ${await heldWithin(gateway)}`);
    }
    return EXIT.done;
  });

const change = (
  { admin }: Gateway,
  name: string,
  action: "drain" | "undrain",
  said: Said,
): Promise<DescribedCluster> =>
  admin.ask<DescribedCluster>(
    "POST",
    `clusters/${encodeURIComponent(name)}/${action}`,
    "cluster",
    said,
  );

/** @returns nothing, with a word about it, where this Limen can't read the policy in force */
async function unservedWithout(
  name: string,
  { target }: Gateway,
  clusters: readonly DescribedCluster[],
): Promise<readonly UnservedRoute[]> {
  const active = await target.active();
  const { policy } = validate(active?.text ?? "");
  if (policy !== null) {
    return unservedBy(name, compile(policy, active?.revision ?? ""), clusters);
  }
  say("limen: can't tell what the drain takes away: the policy in force is not valid here");
  return [];
}

function warnings(name: string, unserved: readonly UnservedRoute[]): string[] {
  if (unserved.length === 0) return [];
  const { yellow } = colorsFor(Deno.stderr);
  return [
    yellow(`without ${name} nothing serves, as clusters are now,`),
    ...unserved.map(({ route, share }) => `  ${percent(share)} of the requests of ${route}`),
  ];
}

/** Only who sits at a terminal is asked: about what lies elsewhere, and about what breaks. */
async function mayDrain(
  name: string,
  { target: { isLocal, label } }: Gateway,
  unserved: readonly UnservedRoute[],
): Promise<boolean> {
  if (!Deno.stdin.isTerminal() || (isLocal && unserved.length === 0)) return true;
  return await confirmed(`Drain ${name} in the fleet of ${label}?`);
}

/** The contract's times, of the runtimes that there are. */
const WITHIN = {
  deno: "within 1 s in every process of the fleet",
  cloudflare: "within 5 s in every isolate of the fleet that has requests",
} as const;

async function heldWithin({ admin }: Gateway): Promise<string> {
  const status = await admin.ask<StatusAnswer>("GET", "status", "status").catch((error) => {
    if (error instanceof CommandError) return null;
    throw error;
  });
  const runtimes = new Set(status?.members.map(({ runtime }) => runtime) ?? ["deno", "cloudflare"]);
  return (["deno", "cloudflare"] as const)
    .filter((runtime) => runtimes.has(runtime))
    .map((runtime) => WITHIN[runtime])
    .join(" and ");
}

const common = (command: Command): Command =>
  command
    .argument("<name>", "the cluster")
    .addOption(gatewayOption())
    .option("--by <name>", "who does this, for the audit log")
    .option("--message <text>", "why, for the audit log")
    .option("--yes", "ask nothing")
    .addOption(jsonOption());

export const drainCommand = (): Command =>
  common(new Command("drain"))
    .description("Takes a cluster out of service: no new requests, those in flight may finish.")
    .addHelpText(
      "after",
      `
It warns of routes that nothing would serve then. It asks before it drains through a gateway that
is not on this machine, and after such a warning; where there is no terminal, nobody is asked.

Examples:
  limen simulate POLICY --drain dc                       what would that do
  limen drain dc --to https://gateway.example.com
  limen undrain dc --to https://gateway.example.com`,
    )
    .action(ending(drain));

export const undrainCommand = (): Command =>
  common(new Command("undrain"))
    .description("Brings a cluster back that was drained.")
    .addHelpText(
      "after",
      "\nExample:\n  limen undrain dc --to https://gateway.example.com",
    )
    .action(ending(undrain));
