/** The parts of workerd's Durable Objects that are used here, and how they are asked. */
import type { Env, Fetcher } from "./env.ts";

export interface ObjectNamespace {
  idFromName(name: string): unknown;
  /** `locationHint` counts when the object is first made. */
  get(id: unknown, options?: { readonly locationHint?: string }): Fetcher;
}

/** Durable: an answer waits until earlier writes are safe. */
export interface ObjectStorage extends ObjectTransaction {
  /** At most 128 keys. */
  get(keys: readonly string[]): Promise<Map<string, unknown>>;
  /** In the order of the keys, or against it. */
  list(options?: ListOptions): Promise<Map<string, unknown>>;
  /** What is written `within` it is stored together; should `work` reject, nothing of it is. */
  transaction<T>(work: (within: ObjectTransaction) => Promise<T>): Promise<T>;
}

/**
 * What is written without waiting in between survives a crash together or not at all; but a write
 * that is refused takes none of the others back, unless that is in a transaction.
 */
export interface ObjectTransaction {
  /** At most 128 entries, each value below 128 KiB. */
  put(entries: Readonly<Record<string, unknown>>): Promise<void>;
  /** At most 128 keys. */
  delete(keys: readonly string[]): Promise<unknown>;
  /** Replaces an alarm that was set before. Milliseconds since the epoch. */
  setAlarm(atMs: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface ListOptions {
  readonly prefix?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
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
  const response = await send(object, path, JSON.stringify(question), timeoutMs, signal);
  return JSON.parse(await response.text()) as Answer;
}

/** Puts a question that is more than JSON, or has such an answer. Else as `ask`. */
export async function send(
  object: Fetcher,
  path: string,
  body: BodyInit,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Response> {
  const late = AbortSignal.timeout(timeoutMs);
  const response = await object.fetch(`http://object${path}`, {
    method: "POST",
    body,
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`A Durable Object answered ${response.status}`);
}

/** What an object answers by path; anything else is not found. */
export type Answers = Readonly<Record<string, (question: never) => unknown>>;

/** Takes a question that `ask` put. An answer that is a Response goes out as it is. */
export async function answer(request: Request, answers: Answers): Promise<Response> {
  const { pathname } = new URL(request.url);
  const question = await request.json();
  if (!Object.hasOwn(answers, pathname)) return new Response(null, { status: 404 });
  const given = await answers[pathname]!(question as never);
  return given instanceof Response ? given : Response.json(given ?? null);
}
