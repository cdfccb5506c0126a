/**
 * Entry point of Deno Deploy and of `deno run`: settings from the environment,
 * the policy from the platform's Deno KV (or `DENO_KV_URL`).
 */
import { readSettings } from "../../settings.ts";
import { logger } from "../log.ts";
import { isOnDeploy } from "./deploy.ts";
import { createGateway } from "./server.ts";
import { signalled } from "./signals.ts";

/** How long requests in flight may take to finish, in milliseconds: Deno Deploy ends it all after 5 s. */
const graceMs = isOnDeploy() ? 4_000 : 15_000;

// deno-lint-ignore no-console
const log = logger((line) => console.error(line), () => Date.now());
const read = readSettings((name) => Deno.env.get(name));
if (!read.ok) {
  log({ event: "settings_invalid", errors: read.errors });
  Deno.exit(2);
}
const kvPath = Deno.env.get("DENO_KV_URL");
const gateway = await createGateway({
  settings: read.settings,
  log,
  ...(kvPath !== undefined && { kvPath }),
});
// An instance that sleeps checks nothing. Deploy finds this at the top level, when it is deployed.
if (isOnDeploy()) Deno.cron("limen health checks", "* * * * *", () => gateway.checkRound());
const { hostname, port } = gateway.listen();
log({ event: "listening", hostname, port });
// Not awaited: a module that never ends its evaluation is none that Deploy can start.
void signalled().then(() => gateway.stop(graceMs)).then(() => Deno.exit(0));
