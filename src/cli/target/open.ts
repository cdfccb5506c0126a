/** What `--to` says to the target that it means. */
import { InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../../policy/suggest.ts";
import { CommandError, EXIT } from "../exit_codes.ts";
import { openCloudflare } from "./cloudflare.ts";
import { openDeno } from "./deno.ts";
import { openGateway } from "./gateway.ts";
import type { Target, Use } from "./target.ts";

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

/** A host with a port, or a name that looks like one: a URL that lacks its scheme. */
const HOST =
  /^(?:localhost|(?:[a-z\d-]+\.)+[a-z]{2,}|(?:[a-z\d.-]+|\[[\da-f:.]+\]):\d{1,5})(?:\/.*)?$/i;

/** Who names a port means a gateway itself, and not what may stand before it. */
const schemeFor = (host: string): string =>
  /:\d/.test(host) || host === "localhost" ? "http" : "https";

/** @throws {InvalidArgumentError} */
export function parseTarget(text: string): TargetName {
  if (/^https?:\/\//i.test(text)) {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || url.search !== "" || url.hash !== "") {
      throw new InvalidArgumentError("A gateway's URL is such as https://gateway.example.com.");
    }
    const prefix = Deno.env.get("LIMEN_PREFIX") || "/_limen";
    if (url.pathname.replace(/\/+$/, "").endsWith(prefix)) {
      throw new InvalidArgumentError(`Leave out ${prefix}: it is asked for below a gateway's URL.`);
    }
    return { kind: "gateway", url };
  }
  const [, kind = text, rest] = /^([^:]*):(.*)$/.exec(text) ?? [];
  if (rest === "" || (kind !== "cloudflare" && kind !== "deno")) {
    const near = HOST.test(text)
      ? `, did you mean ${schemeFor(text)}://${text}?`
      : rest === ""
      ? ""
      : didYouMean(kind, ["cloudflare", "deno", "https", "http"]);
    throw new InvalidArgumentError(`A target is ${FORMS}${near || "."}`);
  }
  if (kind === "cloudflare") return rest === undefined ? { kind } : { kind, environment: rest };
  return rest === undefined ? { kind } : { kind, path: rest };
}

/** Of a command that every target suits. Unless it is given, LIMEN_TO counts. */
export const targetOption = (): Option => pointed(new Option("--to <target>", FORMS));

/** Of a command that no store can answer. */
export const gatewayOption = (): Option => pointed(new Option("--to <url>", "a gateway's URL"));

const pointed = (option: Option): Option =>
  option.env("LIMEN_TO").argParser(parseTarget).makeOptionMandatory();

/**
 * @throws {CommandError} when options don't fit the target, its configuration can't be read, or it is
 *   not there and is only to be read
 */
export async function openTarget(
  name: TargetName,
  options: WranglerOptions,
  use: Use = "read",
): Promise<Target> {
  if (name.kind === "cloudflare") return await openCloudflare(name.environment, options, use);
  refuseWranglerOptions(options);
  return name.kind === "deno" ? await openDeno(name.path, use) : openGateway(name.url);
}

/** What would say nothing to any other target, or to a file. @throws {CommandError} */
export function refuseWranglerOptions(options: WranglerOptions): void {
  for (const option of ["local", "persistTo", "config"] as const) {
    if (options[option] === undefined) continue;
    const flag = option === "persistTo" ? "--persist-to" : `--${option}`;
    throw new CommandError(EXIT.usage, `${flag} goes with cloudflare only`);
  }
}
