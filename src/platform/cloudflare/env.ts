/** What wrangler.toml and the secrets put into a Worker's environment. */
import type { PolicyNamespace } from "./kv_namespace.ts";

export interface Env {
  readonly POLICIES: PolicyNamespace;
  /** Settings, secrets, and bindings that a policy's `via` may name. */
  readonly [name: string]: unknown;
}

/** A service, VPC or mTLS-certificate binding. */
export interface Fetcher {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** A var's or a secret's value. @returns `undefined` if it is not set */
export function textOf(env: Env, name: string): string | undefined {
  const value = env[name];
  return typeof value === "string" ? value : undefined;
}

/** @returns `null` if there is no such binding, or it can't fetch */
export function fetcherOf(env: Env, name: string): Fetcher | null {
  const binding = env[name];
  const canFetch = typeof binding === "object" && binding !== null && "fetch" in binding;
  return canFetch ? binding as Fetcher : null;
}

/** The part of workerd's `ExecutionContext` that is used here. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}
