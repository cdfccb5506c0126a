/**
 * By what an answer of the admin API is known to be one: what this command line can't do without.
 * Gateways of other versions may say more, and other things. The whole of it is in `routes/api`.
 */
import * as z from "zod";

const list = z.array(z.unknown());
const text = z.string();
const textOrNull = text.nullable();

const cluster = z.object({
  name: text,
  draining: z.boolean(),
  endpoints: z.array(z.object({
    index: z.number(),
    url: text,
    state: text,
    ejectedUntil: textOrNull,
    active: z.number(),
    latencyMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  })),
});

const complaint = z.object({ code: text, message: text, at: text }).nullable();

const findings = z.array(z.object({
  code: text,
  severity: text,
  path: text,
  line: z.number(),
  column: z.number(),
  message: text,
}));

/** By endpoint, and a refusal (RFC 9457). */
export const ANSWERS = {
  accepted: z.object({ revision: text, findings }),
  cluster,
  clusters: z.object({ clusters: z.array(cluster) }),
  explanation: z.object({
    route: textOrNull,
    considered: list,
    guards: list,
    clusters: z.record(text, z.number()),
    endpoints: list,
    request: z.object({ method: text, url: text, headers: z.record(text, text) }).nullable(),
    response: z.object({ status: z.number(), headers: z.record(text, text), body: textOrNull })
      .nullable(),
    endpoint: z.object({ cluster: text, index: z.number() }).nullable(),
  }),
  history: z.object({
    revisions: z.array(z.object({
      revision: text,
      at: text,
      by: textOrNull,
      message: textOrNull,
      source: text,
      findings,
    })),
  }),
  problem: z.object({
    code: text.optional(),
    detail: text.optional(),
    findings: findings.optional(),
  }),
  status: z.object({
    revision: textOrNull,
    activeSince: textOrNull,
    lastCheck: textOrNull,
    lastError: complaint,
    members: z.array(z.object({
      group: text,
      runtime: text,
      revision: textOrNull,
      since: textOrNull,
      lastError: complaint,
    })),
    groups: list,
  }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type AnswerName = keyof typeof ANSWERS;

/** @param value JSON */
export const isAnswer = (name: AnswerName, value: unknown): boolean =>
  ANSWERS[name].safeParse(value).success;

/** @returns `undefined` for what is no JSON */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
