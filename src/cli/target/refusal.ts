/** Why a gateway did not do what it was asked, for people. */
import type { Finding } from "../../policy/finding.ts";
import { CommandError, type ExitCode } from "../exit_codes.ts";
import { isAnswer, jsonIn } from "./answers.ts";

/** What a problem document of the gateway says (RFC 9457). */
export interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly findings?: readonly Finding[];
}

/** A gateway's answer that it does not do what it was asked. */
export class Refused extends CommandError {
  /** Of the answer. */
  readonly status: number;

  constructor(exitCode: ExitCode, message: string, status: number) {
    super(exitCode, message);
    this.status = status;
  }
}

/** Statuses that say that what was sent is at fault, not the gateway or its state. */
export const UNPROCESSABLE: ReadonlySet<number> = new Set([400, 413, 422]);

/** What a gateway has answered, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Byte for byte. */
  readonly text: string;
}

/** An empty problem when the answer is not one. */
export function problemIn({ headers, text }: Reply): Problem {
  if (!/^application\/problem\+json\b/.test(headers.get("content-type") ?? "")) return {};
  const problem = jsonIn(text);
  return isAnswer("problem", problem) ? problem as Problem : {};
}

export interface Asked {
  /** The gateway's URL as it was given. */
  readonly root: string;
  readonly endpoint: string;
  /** Whether there is a LIMEN_ADMIN_TOKEN here. */
  readonly hasToken: boolean;
}

export function refusalOf(
  { root, endpoint, hasToken }: Asked,
  { status, headers }: Reply,
  { code, detail = "" }: Problem,
): string {
  if (status === 401) {
    return hasToken
      ? `the gateway at ${root} refuses this token: LIMEN_ADMIN_TOKEN here is not the gateway's`
      : `the gateway at ${root} wants its admin token: set LIMEN_ADMIN_TOKEN`;
  }
  if (status === 403) return `the gateway at ${root} does not allow this: ${detail}`;
  if (status === 429) return `the gateway at ${root} saw too many wrong tokens: wait a minute`;
  if (status >= 300 && status < 400) {
    return `${root} redirects to ${headers.get("location")}: use that if it is yours`;
  }
  if (code === undefined || code === "no_route" || code === "not_ready") {
    return `${endpoint} is no Limen admin API (it answered ${status}): check the URL, and LIMEN_PREFIX`;
  }
  return `the gateway at ${root} refused (${status}): ${detail}`;
}

/**
 * A push that came too late.
 *
 * @param message what the store says
 * @param wanted the revision that it was to replace; `undefined` or "" for none
 */
export function lostRace(message: string, wanted: string | undefined): string {
  const said = message.replace(/\.$/, "").replace(
    /^\p{Lu}(?=\p{Ll})/u,
    (first) => first.toLowerCase(),
  );
  const look = wanted ? `limen diff ${wanted} active --to …` : "limen pull --to …";
  return `${said}: see \`${look}\`, then try again`;
}
