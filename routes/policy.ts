/** `GET` and `PUT policy`: the active document, and how it is replaced. */
import { Hono } from "hono";
import { fault, type FaultCode } from "../src/model/fault.ts";
import type { PolicyFeed, PushResult } from "../src/store/feed.ts";
import { headerText } from "./header_text.ts";
import { preconditionOf } from "./if_match.ts";
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
      const condition = preconditionOf(c.req.header("if-match"), feed.active?.revision ?? null);
      if (condition === "malformed") {
        return problem(fault("bad_request", 'If-Match takes revisions in quotes, as in "1a2b…".'));
      }
      const text = decode(await c.req.arrayBuffer());
      if (text === null) return problem(fault("bad_request", "The body is not UTF-8."));
      const by = c.req.header("x-limen-by");
      const message = c.req.header("x-limen-message");
      const pushed = await feed.push(text, {
        ...condition,
        ...(by !== undefined && { by: headerText(by) }),
        ...(message !== undefined && { message: headerText(message) }),
      });
      if (!pushed.ok) return refused(pushed);
      const { revision, findings } = pushed;
      c.header("etag", `"${revision}"`);
      return c.json({ revision, findings });
    });
}

/** What is stored is given back byte for byte, so nothing is replaced or dropped here. */
function decode(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
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
