/** A running gateway, through its admin API. */
import type { Finding } from "../../policy/finding.ts";
import { readSettings } from "../../settings.ts";
import type { PushOptions } from "../../store/push.ts";
import { CommandError, EXIT, reasonOf } from "../exit_codes.ts";
import type { Active, PushAnswer, Target } from "./target.ts";

/** How long a gateway may take to answer. */
const TIMEOUT_MS = 60_000;

/** What a problem document of the gateway says (RFC 9457). */
interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly findings?: readonly Finding[];
}

interface Accepted {
  readonly revision: string;
  readonly findings: readonly Finding[];
}

/** With `LIMEN_ADMIN_TOKEN` and `LIMEN_PREFIX` of this process's environment. */
export function openGateway(base: URL): Target {
  const settings = readSettings((name) => name === "LIMEN_REFRESH" ? "" : Deno.env.get(name));
  if (!settings.ok) throw new CommandError(EXIT.usage, settings.errors.join(" "));
  const { prefix, adminToken } = settings.settings;
  // Credentials in a URL are none that the gateway knows, and fetch refuses them.
  const root = `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
  const endpoint = `${root}${prefix}/policy`;
  const authorization: Record<string, string> = adminToken === null
    ? {}
    : { authorization: `Bearer ${adminToken}` };

  const send = async (init: RequestInit): Promise<Response> => {
    try {
      return await fetch(endpoint, {
        ...init,
        headers: { ...authorization, ...init.headers },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new CommandError(EXIT.unreachable, `can't reach the gateway at ${root}: ${why(error)}`);
    }
  };

  const refusal = (response: Response, problem: Problem): string => {
    const { status } = response;
    const { code, detail = "" } = problem;
    if (status === 401) {
      return adminToken === null
        ? `the gateway at ${root} wants its admin token: set LIMEN_ADMIN_TOKEN`
        : `the gateway at ${root} refuses this token: LIMEN_ADMIN_TOKEN here is not the gateway's`;
    }
    if (status === 403) {
      return `the gateway at ${root} takes no pushes: start it with LIMEN_ADMIN_TOKEN`;
    }
    if (status === 429) return `the gateway at ${root} saw too many wrong tokens: wait a minute`;
    if (status >= 300 && status < 400) {
      return `${root} redirects to ${response.headers.get("location")}: push there if it is yours`;
    }
    if (code === "revision_conflict") return `someone else pushed first: ${detail}`;
    if (code === undefined || code === "no_route" || code === "not_ready") {
      return `${endpoint} is no Limen admin API (it answered ${status}): check the URL, and LIMEN_PREFIX`;
    }
    return `the gateway at ${root} refused (${status}): ${detail}`;
  };

  return {
    label: `the gateway at ${root}`,
    isLocal: /^(?:localhost|127\..*|\[::1\])$/.test(base.hostname),
    platform: null,

    async active(): Promise<Active | null> {
      const response = await send({ method: "GET" });
      const revision = /^(?:W\/)?"([0-9a-f]{12})"$/.exec(response.headers.get("etag") ?? "")?.[1];
      if (response.status === 200 && revision !== undefined) {
        return { revision, text: await response.text() };
      }
      const problem = await problemIn(response);
      if (response.status === 404 && problem.code === "not_found") return null;
      throw new CommandError(EXIT.unreachable, refusal(response, problem));
    },

    async push(text: string, { ifRevision, by, message }: PushOptions): Promise<PushAnswer> {
      const response = await send({
        method: "PUT",
        body: text,
        headers: {
          "content-type": "application/json",
          ...(ifRevision !== undefined && { "if-match": `"${ifRevision}"` }),
          ...(by !== undefined && { "x-limen-by": headerText(by) }),
          ...(message !== undefined && { "x-limen-message": headerText(message) }),
        },
      });
      if (response.status === 200) {
        return { ok: true, ...await response.json() as Accepted };
      }
      const problem = await problemIn(response);
      if (problem.findings !== undefined) {
        const { detail = "not valid", findings } = problem;
        return { ok: false, exitCode: EXIT.bad, message: detail, findings };
      }
      const exitCode = response.status === 413 ? EXIT.bad : EXIT.unreachable;
      return { ok: false, exitCode, message: refusal(response, problem) };
    },

    close: () => Promise.resolve(),
  };
}

/** An empty problem when the answer is not one. */
async function problemIn(response: Response): Promise<Problem> {
  const text = await response.text();
  if (!/^application\/problem\+json\b/.test(response.headers.get("content-type") ?? "")) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A header value is bytes: UTF-8, one character for each, without what would end it. */
function headerText(text: string): string {
  const bytes = new TextEncoder().encode(text.replace(/\p{Cc}+/gu, " ").trim());
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function why(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${TIMEOUT_MS / 1000} s`;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = reasonOf(cause);
  return /refused/i.test(text) ? "nothing listens there" : text;
}
