/** What a caller is known by, so that it keeps its cluster and endpoint. */
import { murmur3 } from "../balance/hash.ts";
import { cookieValue } from "../match/cookie.ts";
import { queryValue } from "../match/query.ts";
import type { StickyPlan } from "../plan/plan.ts";

export interface Caller {
  /** A header by its lower-case name. */
  header(name: string): string | null;
  /** Without `?`. */
  readonly query: string;
  /** The client's address, seen through trusted proxies. */
  readonly address: string | null;
}

export interface StickyKey {
  /** 32-bit hash; `null`: nothing to go by, so chance decides. */
  readonly key: number | null;
  /** A cookie to give the caller, so that it can be known next time. */
  readonly newCookie: string | null;
}

/** @param newId makes an id for a caller that has no cookie yet */
export function stickyKey(
  sticky: StickyPlan | null,
  caller: Caller,
  newId: () => string,
): StickyKey {
  if (sticky === null) return NOBODY;
  if (sticky.by === "cookie") {
    const id = cookieValue(caller.header("cookie"), sticky.name);
    if (id) return { key: murmur3(id), newCookie: null };
    const made = newId();
    return { key: murmur3(made), newCookie: made };
  }
  const value = sticky.by === "header"
    ? caller.header(sticky.name)
    : sticky.by === "query"
    ? queryValue(caller.query, sticky.name)
    : caller.address;
  return value === null || value === "" ? NOBODY : { key: murmur3(value), newCookie: null };
}

const NOBODY: StickyKey = { key: null, newCookie: null };

/** The `Set-Cookie` value for a new id (RFC 6265 §4.1). */
export function stickyCookie(
  sticky: StickyPlan & { by: "cookie" },
  id: string,
  secure: boolean,
): string {
  const age = sticky.ttlSeconds === null ? "" : `; Max-Age=${sticky.ttlSeconds}`;
  return `${sticky.name}=${id}; Path=/${age}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
