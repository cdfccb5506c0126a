/** `GET` and `PUT policy`: the active document, and how it is replaced. */
import { Hono } from "hono";
import { fault, type FaultCode } from "../src/model/fault.ts";
import type { PolicyFeed, PushResult } from "../src/store/feed.ts";
import { problem } from "./problem.ts";

export function policyRoutes(feed: PolicyFeed): Hono {
  return new Hono()
    .get("/policy", (c) => {
      const { active } = feed;
      if (active === null) return problem(fault("not_found", "No policy has been pushed yet."));
      c.header("etag", `"${active.revision}"`);
      c.header("cache-control", "no-store");
      c.header("content-type", "application/json; charset=utf-8");
      return c.body(active.text);
    })
    .put(async (c) => {
      const ifMatch = revisionIn(c.req.header("if-match"));
      if (ifMatch === null) {
        return problem(
          fault("bad_request", 'If-Match takes one revision in quotes, as in "1a2b…".'),
        );
      }
      const by = c.req.header("x-limen-by");
      const message = c.req.header("x-limen-message");
      const pushed = await feed.push(await c.req.text(), {
        ...(ifMatch !== undefined && { ifRevision: ifMatch }),
        ...(by !== undefined && { by }),
        ...(message !== undefined && { message }),
      });
      if (!pushed.ok) return refused(pushed);
      const { revision, findings } = pushed;
      c.header("etag", `"${revision}"`);
      return c.json({ revision, findings });
    });
}

/** `undefined`: no condition; `null`: none that makes sense. */
function revisionIn(ifMatch: string | undefined): string | undefined | null {
  if (ifMatch === undefined) return undefined;
  return /^"([0-9a-f]{12})"$/.exec(ifMatch.trim())?.[1] ?? null;
}

const CODES = {
  invalid_policy: "invalid_policy",
  revision_conflict: "revision_conflict",
  too_large: "body_too_large",
} as const satisfies Record<string, FaultCode>;

function refused(result: Extract<PushResult, { ok: false }>): Response {
  const { code, message, findings } = result;
  const known = code in CODES ? CODES[code as keyof typeof CODES] : "store_unreachable";
  return problem(fault(known, message), findings === undefined ? {} : { members: { findings } });
}
