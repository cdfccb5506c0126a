/** What `--to` says to the target that it means. */
import { InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../../policy/suggest.ts";
import { CommandError, EXIT } from "../exit_codes.ts";
import { openCloudflare } from "./cloudflare.ts";
import { openDeno } from "./deno.ts";
import { openGateway } from "./gateway.ts";
import type { Target } from "./target.ts";

/** What stands after `--to`. */
export type TargetName =
  | { readonly kind: "gateway"; readonly url: URL }
  | { readonly kind: "cloudflare"; readonly environment?: string }
  | { readonly kind: "deno"; readonly path?: string };

/** Options that go with `cloudflare`. */
export interface WranglerOptions {
  readonly local?: true;
  readonly persistTo?: string;
  readonly config?: string;
}

const FORMS = "a gateway's URL, cloudflare[:ENV] or deno[:PATH-OR-URL]";

/** @throws {InvalidArgumentError} */
export function parseTarget(text: string): TargetName {
  if (/^https?:\/\//i.test(text)) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || url.search !== "" || url.hash !== "") {
      throw new InvalidArgumentError("A gateway's URL is such as https://gateway.example.com.");
    }
    return { kind: "gateway", url };
  }
  const [, kind = text, rest] = /^([^:]*):(.*)$/.exec(text) ?? [];
  if (rest === "" || (kind !== "cloudflare" && kind !== "deno")) {
    const near = rest === "" ? "" : didYouMean(kind, ["cloudflare", "deno", "https", "http"]);
    throw new InvalidArgumentError(`A target is ${FORMS}${near || "."}`);
  }
  if (kind === "cloudflare") return rest === undefined ? { kind } : { kind, environment: rest };
  return rest === undefined ? { kind } : { kind, path: rest };
}

export const targetOption = (): Option =>
  new Option("--to <target>", FORMS).argParser(parseTarget).makeOptionMandatory();

/** @throws {CommandError} when options don't fit the target, or its configuration can't be read */
export async function openTarget(name: TargetName, options: WranglerOptions): Promise<Target> {
  if (name.kind === "cloudflare") return await openCloudflare(name.environment, options);
  refuseWranglerOptions(options);
  return name.kind === "deno" ? openDeno(name.path) : openGateway(name.url);
}

/** What would say nothing to any other target, or to a file. @throws {CommandError} */
export function refuseWranglerOptions(options: WranglerOptions): void {
  for (const option of ["local", "persistTo", "config"] as const) {
    if (options[option] === undefined) continue;
    const flag = option === "persistTo" ? "--persist-to" : `--${option}`;
    throw new CommandError(EXIT.usage, `${flag} goes with cloudflare only`);
  }
}
