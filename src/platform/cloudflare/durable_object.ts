/** The parts of workerd's Durable Objects that are used here, and how they are asked. */
import type { Env, Fetcher } from "./env.ts";

export interface ObjectNamespace {
  idFromName(name: string): unknown;
  /** `locationHint` counts when the object is first made. */
  get(id: unknown, options?: { readonly locationHint?: string }): Fetcher;
}

/** Durable; a write that fails ends the object, and an answer waits until earlier writes are safe. */
export interface ObjectStorage {
  list(): Promise<Map<string, unknown>>;
  put(entries: Readonly<Record<string, unknown>>): Promise<void>;
  /** Replaces an alarm that was set before. Milliseconds since the epoch. */
  setAlarm(atMs: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface ObjectContext {
  readonly storage: ObjectStorage;
  /** Lets no request in until `work` has ended. */
  blockConcurrencyWhile(work: () => Promise<void>): Promise<void>;
}

/** @returns `null`: this deployment has no such binding */
export function namespaceOf(env: Env, name: string): ObjectNamespace | null {
  const binding = env[name];
  const isNamespace = typeof binding === "object" && binding !== null && "idFromName" in binding;
  return isNamespace ? binding as ObjectNamespace : null;
}

/**
 * For one question: an object that was lost is not to be had again through what named it before.
 *
 * @param locationHint one of Cloudflare's, such as `weur`
 */
export const objectNamed = (
  namespace: ObjectNamespace,
  name: string,
  locationHint?: string,
): Fetcher =>
  namespace.get(
    namespace.idFromName(name),
    locationHint === undefined ? {} : { locationHint },
  );

/**
 * Puts a question as JSON.
 *
 * @param path says which question, with a leading slash
 * @param signal ends the question, too
 * @throws when there is no answer within `timeoutMs`, or an error in its place
 */
export async function ask<Answer>(
  object: Fetcher,
  path: string,
  question: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  const response = await object.fetch(`http://object${path}`, {
    method: "POST",
    body: JSON.stringify(question),
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`A Durable Object answered ${response.status}`);
  return JSON.parse(text) as Answer;
}

/** What an object answers by path; anything else is not found. */
export type Answers = Readonly<Record<string, (question: never) => unknown>>;

/** Takes a question that `ask` put. An answer that is a Response goes out as it is. */
export async function answer(request: Request, answers: Answers): Promise<Response> {
  const { pathname } = new URL(request.url);
  const question = await request.json();
  if (!Object.hasOwn(answers, pathname)) return new Response(null, { status: 404 });
  const given = answers[pathname]!(question as never);
  return given instanceof Response ? given : Response.json(given ?? null);
}
