/** `limen trace`: sends a real request, and tells what the gateway decided for it. */
import { Command, InvalidArgumentError, Option } from "commander";
import { EXPLAIN_HEADER } from "../decision/decision.ts";
import { decisionIn } from "../decision/header.ts";
import { isWholeUrl } from "../explain/ask.ts";
import { MAX_TTL_SECONDS, signExplainToken } from "../guard/explain_token.ts";
import { isJwt } from "../guard/jwt.ts";
import { splitTarget } from "../match/target.ts";
import { durationMs } from "../policy/quantity.ts";
import { duration } from "../policy/schema/units.ts";
import { readSettings } from "../settings.ts";
import { decisionLines } from "./decision_lines.ts";
import { CommandError, EXIT, type ExitCode, reasonOf } from "./exit_codes.ts";
import { parseHeader } from "./header_option.ts";
import { jsonOption } from "./options.ts";
import { colorsFor, print } from "./output.ts";
import { ending } from "./run.ts";
import { collect } from "./what_if.ts";

export interface TraceOptions {
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly headerOnly?: true;
  /** Seconds. */
  readonly ttl?: number;
  readonly json?: true;
}

/** What somebody needs who asks again once or twice. */
const TTL_SECONDS = 300;

/** How long a request may take. */
const TIMEOUT_MS = 60_000;

export async function trace(url: string | undefined, options: TraceOptions): Promise<ExitCode> {
  const headers = (options.header ?? []).map(parseHeader);
  const host = url === undefined ? undefined : hostOf(url, headers);
  const credential = adminToken();
  const isOwn = isJwt(credential);
  const token = isOwn ? withItsOwnEnd(credential, options) : await signExplainToken(credential, {
    nowMs: Date.now(),
    ttlSeconds: options.ttl ?? TTL_SECONDS,
    ...(host !== undefined && { host }),
  });
  if (options.headerOnly) {
    print(`${EXPLAIN_HEADER}: ${token}`);
    return EXIT.done;
  }
  if (url === undefined) throw new CommandError(EXIT.usage, "what URL? --header-only needs none");
  const hint = isOwn ? JWT_UNEXPLAINED : TOKEN_UNEXPLAINED;
  await traceRequest(url, [...headers, [EXPLAIN_HEADER, token]], { ...options, hint });
  return EXIT.done;
}

/** @returns the JWT @throws {CommandError} */
function withItsOwnEnd(jwt: string, { ttl }: TraceOptions): string {
  if (ttl === undefined) return jwt;
  throw new CommandError(
    EXIT.usage,
    "LIMEN_ADMIN_TOKEN is a JWT, which says itself how long it is good for: leave --ttl out",
  );
}

async function traceRequest(
  url: string,
  headers: readonly (readonly [string, string])[],
  { request, data, json, hint }: TraceOptions & { readonly hint: string },
): Promise<void> {
  const method = request ?? (data === undefined ? "GET" : "POST");
  const { status, header } = await send(url, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(data !== undefined && { body: data }),
  });
  const decision = header === null ? null : decisionIn(header);
  if (decision === null) {
    throw new CommandError(
      EXIT.unreachable,
      header === null
        ? `${url} answered ${status} without a decision: ${hint}`
        : `${url} answered ${status} with something else in ${EXPLAIN_HEADER}: is it a Limen?`,
    );
  }
  if (json) print(JSON.stringify({ method, url, status, decision }, null, 2));
  else {
    const traced = { method, url, status, decision };
    for (const line of decisionLines(traced, colorsFor(Deno.stdout))) print(line);
  }
}

const NOBODY_DECIDED =
  "it may be no Limen, or one of Limen's own endpoints, or something between may have answered";

const TOKEN_UNEXPLAINED =
  `LIMEN_ADMIN_TOKEN here may not be the gateway's, the clocks may differ by minutes, ${NOBODY_DECIDED}`;

const JWT_UNEXPLAINED =
  `the gateway may have had no keys for this JWT yet, and fetches them behind its answer: try again. Else the JWT may be over, of another issuer, or without the scope limen:read, ${NOBODY_DECIDED}`;

async function send(
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly header: string | null }> {
  const request = requestOf(url, init);
  // A Host of its own, where one is given, as curl sends it.
  using client = Deno.createHttpClient({ allowHost: true });
  try {
    const response = await fetch(request, { client, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return { status: response.status, header: response.headers.get(EXPLAIN_HEADER) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CommandError(EXIT.unreachable, `can't reach ${url}: ${reasonOf(cause)}`);
  }
}

/** @throws {CommandError} for what can't be sent, such as a GET request with a body */
function requestOf(url: string, init: RequestInit): Request {
  try {
    return new Request(url, { ...init, redirect: "manual" });
  } catch (error) {
    throw new CommandError(EXIT.usage, `can't send this: ${reasonOf(error)}`);
  }
}

/** As the gateway understands it. @throws {CommandError} */
function hostOf(url: string, headers: readonly (readonly [string, string])[]): string {
  const whole = isWholeUrl(url) && URL.canParse(url) ? new URL(url).href : null;
  const header = headers.find(([name]) => name === "host")?.[1];
  const target = whole === null
    ? null
    : splitTarget(header === undefined ? whole : `http://${header}/`);
  if (target !== null) return target.host;
  throw new CommandError(
    EXIT.usage,
    `${JSON.stringify(url)} is not a whole URL, such as https://shop.example.com/cart`,
  );
}

/** @throws {CommandError} */
function adminToken(): string {
  const read = readSettings((name) => name === "LIMEN_ADMIN_TOKEN" ? Deno.env.get(name) : "");
  if (!read.ok) throw new CommandError(EXIT.usage, read.errors.join(" "));
  const { adminToken } = read.settings;
  if (adminToken !== null) return adminToken;
  throw new CommandError(EXIT.usage, "set LIMEN_ADMIN_TOKEN to the gateway's admin token");
}

/** @throws {InvalidArgumentError} */
function ttlSeconds(text: string): number {
  const seconds = duration.safeParse(text).success ? durationMs(text) / 1000 : NaN;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL_SECONDS) return seconds;
  throw new InvalidArgumentError("A duration from 1s to 1h, such as 5m.");
}

export const traceCommand = (): Command =>
  new Command("trace")
    .description("Sends a real request, and tells which tries the gateway made, where and why.")
    .argument("[url]", "as a client asks for it; the gateway has to be behind it")
    .option("-X, --request <method>", "unless set, GET, or POST with --data")
    .option("-H, --header <header>", "as in 'name: value'; repeatable", collect)
    .option("--data <text>", "the request's body")
    .addOption(
      new Option("--header-only", "send nothing: print the header for curl's -H").conflicts("json"),
    )
    .addOption(
      new Option("--ttl <duration>", "how long the header is good for, up to 1h (default: 5m)")
        .argParser(ttlSeconds),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The request carries a token that LIMEN_ADMIN_TOKEN signs, for the URL's host alone; the admin token
itself stays here. A JWT of the admin API's issuer goes as it is, to whoever answers at the URL, and
has its own end. An answer that tells nothing, as of a wrong token, exits 3; else the exit code is
0, whatever was answered. How to read it: docs/explain.md.

  curl -si -H "$(deno task limen trace --header-only)" https://shop.example.com/cart`,
    )
    .action(ending(trace));
