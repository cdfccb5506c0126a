/** The KV namespace POLICIES of wrangler.toml: Cloudflare's, or wrangler's own on this machine. */
import { missingBindings } from "../../platform/cloudflare/bindings.ts";
import type { Env } from "../../platform/cloudflare/env.ts";
import type { PolicyNamespace } from "../../platform/cloudflare/kv_namespace.ts";
import {
  bindingsOf,
  readProject,
  type WorkerProject,
} from "../../platform/cloudflare/local/project.ts";
import { KvPolicyStore } from "../../platform/cloudflare/policy_store.ts";
import { CommandError, EXIT, reasonOf } from "../exit_codes.ts";
import { isThere, ROOT, typedPath, WORKERS_KV } from "../paths.ts";
import type { WranglerOptions } from "./open.ts";
import { RememberedNamespace } from "./remembered.ts";
import { storeContext, storeTarget } from "./store.ts";
import type { Target, Use } from "./target.ts";
import { wranglerNamespace } from "./wrangler.ts";

/**
 * @param environment as in `[env.NAME]` of wrangler.toml
 * @throws {CommandError} when it can't be opened
 */
export async function openCloudflare(
  environment: string | undefined,
  { local, persistTo, config = `${ROOT}/wrangler.toml` }: WranglerOptions,
  use: Use,
): Promise<Target> {
  if (persistTo !== undefined && !local) {
    throw new CommandError(EXIT.usage, "--persist-to goes with --local only");
  }
  const project = await projectIn(config, environment);
  const env = bindingsOf(project) as Env;
  const opened = local
    ? await openLocal(persistTo ?? WORKERS_KV, project, use)
    : openRemote(config, environment, project);
  const { look, label, close } = opened;
  return storeTarget({
    label,
    isLocal: local === true,
    platform: "cloudflare",
    open: () => new KvPolicyStore(look(), storeContext),
    accept: (plan) => missingBindings(plan, env),
    close,
  });
}

interface Opened {
  /** The namespace, as it is from here on. */
  readonly look: () => PolicyNamespace;
  readonly label: string;
  readonly close: () => Promise<void>;
}

function openRemote(
  config: string,
  environment: string | undefined,
  { name }: WorkerProject,
): Opened {
  const slow = wranglerNamespace({
    config: typedPath(config),
    environment: environment ?? "",
  });
  const namespace = new RememberedNamespace(slow, storeContext.now);
  return {
    look: () => namespace.look(),
    label: `Cloudflare's KV namespace POLICIES of the Worker ${name}`,
    close: () => Promise.resolve(),
  };
}

/** The same files that `wrangler kv … --local` uses, and `start --runtime cloudflare`. */
async function openLocal(folder: string, { kvId }: WorkerProject, use: Use): Promise<Opened> {
  const { openLocalKv } = await import("../../platform/cloudflare/local/kv.ts");
  const label = `wrangler's local KV namespace POLICIES in ${folder}`;
  const path = typedPath(folder);
  if (use === "read" && !await isThere(folder)) {
    throw new CommandError(EXIT.unreachable, `there is no folder ${folder}`);
  }
  try {
    await Deno.mkdir(path, { recursive: true });
    const { namespace, dispose } = await openLocalKv(path, kvId);
    return { look: () => namespace, label, close: dispose };
  } catch (error) {
    throw new CommandError(EXIT.unreachable, `can't open ${label}: ${reasonOf(error)}`);
  }
}

async function projectIn(config: string, environment: string | undefined): Promise<WorkerProject> {
  try {
    return readProject(await Deno.readTextFile(typedPath(config)), environment);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : reasonOf(error);
    throw new CommandError(EXIT.usage, `can't use ${config}: ${reason}`);
  }
}
