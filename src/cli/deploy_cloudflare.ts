/** `deno task deploy:cloudflare`: builds the Worker and hands it to wrangler. */
import { Command } from "commander";
import { buildWorker } from "./build.ts";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { ROOT } from "./paths.ts";
import { ending, run } from "./run.ts";
import { readProject } from "../platform/cloudflare/local/project.ts";

interface DeployOptions {
  readonly dryRun?: true;
}

async function deploy(environment: string, { dryRun }: DeployOptions): Promise<ExitCode> {
  const config = `${ROOT}/wrangler.toml`;
  checkEnvironment(await Deno.readTextFile(config), environment);
  await buildWorker(ROOT);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--config", `${ROOT}/deno.json`, import.meta.resolve("wrangler")],
      ...["deploy", "--config", config, "--env", environment],
      ...(dryRun ? ["--dry-run"] : []),
    ],
    // Of a module that wrangler's own dependencies use: nothing that whoever deploys could mend.
    env: { NODE_NO_WARNINGS: "1" },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code === 0 ? EXIT.done : EXIT.unreachable;
}

/** wrangler would deploy what is at the top level, with a warning, in place of what is not there. */
function checkEnvironment(toml: string, environment: string): void {
  try {
    readProject(toml, environment);
  } catch (error) {
    throw new CommandError(EXIT.usage, `can't deploy by wrangler.toml: ${reasonOf(error)}`);
  }
}

export const deployCommand = (): Command =>
  new Command("deno task deploy:cloudflare")
    .description("Builds the Worker and deploys it, through wrangler.")
    .argument("[environment]", "as in [env.NAME] of wrangler.toml", "production")
    .option("--dry-run", "build and check, but send nothing")
    .addHelpText(
      "after",
      "\nwrangler asks for a login, or takes CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.\n" +
        "docs/deploy_cloudflare.md tells the whole way.",
    )
    .action(ending(deploy));

if (import.meta.main) await run(deployCommand(), Deno.args);
