/** A running gateway, through its admin API. */
import type { Finding } from "../../policy/finding.ts";
import { readSettings } from "../../settings.ts";
import type { Activation } from "../../store/history.ts";
import { NO_POLICY } from "../../store/port.ts";
import type { PushOptions } from "../../store/push.ts";
import { CommandError, EXIT, reasonOf } from "../exit_codes.ts";
import type { AdminApi, Asking, Said } from "./admin.ts";
import { type AnswerName, isAnswer, jsonIn } from "./answers.ts";
import {
  lostRace,
  type Problem,
  problemIn,
  refusalOf,
  Refused,
  type Reply,
  UNPROCESSABLE,
} from "./refusal.ts";
import type { Active, PushAnswer, RollbackOptions, Target } from "./target.ts";

/** How long a gateway may take to answer. */
const TIMEOUT_MS = 60_000;

interface Accepted {
  readonly revision: string;
  readonly findings: readonly Finding[];
  readonly pending?: string;
}

/** What comes with a push or a rollback. */
type Reasons = Pick<PushOptions, "ifRevision" | "by" | "message">;

const conditionOf = (ifRevision: string | undefined): Record<string, string> =>
  ifRevision === undefined
    ? {}
    : ifRevision === NO_POLICY
    ? { "if-none-match": "*" }
    : { "if-match": `"${ifRevision}"` };

/** With `LIMEN_ADMIN_TOKEN` and `LIMEN_PREFIX` of this process's environment. */
export function openGateway(base: URL): Target {
  const settings = readSettings((name) =>
    name === "LIMEN_ADMIN_TOKEN" || name === "LIMEN_PREFIX" ? Deno.env.get(name) : ""
  );
  if (!settings.ok) throw new CommandError(EXIT.usage, settings.errors.join(" "));
  const { prefix, adminToken } = settings.settings;
  // Credentials in a URL are none that the gateway knows, and fetch refuses them.
  const root = `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
  const endpoint = (path: string): string => `${root}${prefix}/${path}`;
  const authorization: Record<string, string> = adminToken === null
    ? {}
    : { authorization: `Bearer ${adminToken}` };

  const send = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    try {
      const response = await fetch(endpoint(path), {
        ...init,
        headers: { ...authorization, ...init.headers },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { status, headers } = response;
      return { status, headers, text: decoder.decode(await response.arrayBuffer()) };
    } catch (error) {
      throw new CommandError(EXIT.unreachable, `can't reach the gateway at ${root}: ${why(error)}`);
    }
  };
  const refusal = (path: string, reply: Reply, problem: Problem): string =>
    refusalOf({ root, endpoint: endpoint(path), hasToken: adminToken !== null }, reply, problem);
  const refuse = (path: string, reply: Reply, problem: Problem): CommandError =>
    new Refused(
      UNPROCESSABLE.has(reply.status) ? EXIT.bad : EXIT.unreachable,
      refusal(path, reply, problem),
      reply.status,
    );
  /** @throws {CommandError} for what no Limen answers */
  const answerIn = <Answer>(path: string, reply: Reply, name: AnswerName): Answer => {
    const value = jsonIn(reply.text);
    if (isAnswer(name, value)) return value as Answer;
    throw refuse(path, reply, {});
  };

  /** @returns `null` for what is not there */
  const document = async (path: string): Promise<Active | null> => {
    const reply = await send(path);
    const { status, headers, text } = reply;
    const revision = /^(?:W\/)?"([0-9a-f]{12})"$/.exec(headers.get("etag") ?? "")?.[1];
    if (status === 200 && revision !== undefined) return { revision, text };
    const problem = problemIn(reply);
    if (status !== 404 || problem.code !== "not_found") throw refuse(path, reply, problem);
    // Below another prefix all the paths there are answer like this: so is it the right one?
    if ((await send("healthz")).status === 200) return null;
    throw new CommandError(
      EXIT.unreachable,
      `${
        endpoint(path)
      } is no Limen admin API: give the gateway's URL without a path, and set LIMEN_PREFIX if it has another prefix than ${prefix}`,
    );
  };

  const write = async (
    path: string,
    { method, body }: { readonly method: "PUT" | "POST"; readonly body: string },
    { ifRevision, ...said }: Reasons,
  ): Promise<PushAnswer> => {
    const reply = await send(path, {
      method,
      body,
      headers: {
        ...JSON_BODY,
        ...conditionOf(ifRevision),
        ...saidIn(said),
      },
    });
    if (reply.status === 200) {
      const { pending = null, ...accepted } = answerIn<Accepted>(path, reply, "accepted");
      return { ok: true, ...accepted, pending };
    }
    const problem = problemIn(reply);
    if (problem.findings !== undefined) {
      const { detail = "not valid", findings } = problem;
      return { ok: false, exitCode: EXIT.bad, message: detail, findings };
    }
    if (problem.code === "revision_conflict") {
      const message = lostRace(problem.detail ?? "it holds another policy", ifRevision);
      return { ok: false, exitCode: EXIT.unreachable, message };
    }
    const exitCode = reply.status === 413 ? EXIT.bad : EXIT.unreachable;
    return { ok: false, exitCode, message: refusal(path, reply, problem) };
  };

  const admin: AdminApi = {
    async ask<Answer>(
      method: "GET" | "POST",
      path: string,
      name: AnswerName,
      { body, ...said }: Asking = {},
    ): Promise<Answer> {
      const reply = await send(
        path,
        body === undefined
          ? { method, headers: saidIn(said) }
          : { method, body: JSON.stringify(body), headers: { ...JSON_BODY, ...saidIn(said) } },
      );
      if (reply.status !== 200) throw refuse(path, reply, problemIn(reply));
      return answerIn<Answer>(path, reply, name);
    },
  };

  return {
    label: `the gateway at ${root}`,
    isLocal: /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(base.hostname),
    platform: null,
    admin,

    active: () => document("policy"),

    push: (text: string, options: PushOptions): Promise<PushAnswer> =>
      write("policy", { method: "PUT", body: text }, options),

    async history(): Promise<readonly Activation[]> {
      const path = "history";
      const answer = await admin.ask<{ revisions: readonly Activation[] }>("GET", path, "history");
      return answer.revisions;
    },

    document: async (revision: string): Promise<string | null> =>
      (await document(`history/${revision}`))?.text ?? null,

    rollback: (revision: string, options: RollbackOptions): Promise<PushAnswer> =>
      write("rollback", { method: "POST", body: JSON.stringify({ revision }) }, options),

    close: () => Promise.resolve(),
  };
}

/** Not what `Response.text` gives, which has lost its byte order mark. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const JSON_BODY = { "content-type": "application/json" } as const;

/** Who and why, for history and audit log. */
const saidIn = ({ by, message }: Said): Record<string, string> => ({
  ...(by !== undefined && { "x-limen-by": headerText(by) }),
  ...(message !== undefined && { "x-limen-message": headerText(message) }),
});

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
