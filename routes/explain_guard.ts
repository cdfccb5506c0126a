/** Who may have a request's decision told, by the value of its `x-limen-explain`. */
import { explainTokens } from "../src/guard/explain_token.ts";
import type { AdminAuth } from "./admin_auth.ts";

export interface ExplainGuard {
  /** Waits for no network. @param host of the request, without its port */
  allows(shown: string, host: string): Promise<boolean>;
  /** What may be done behind a response, so that the next one is judged by it. Never rejects. */
  freshen(): Promise<void>;
}

export interface ExplainGuardOptions {
  /** `null`: none. */
  readonly adminToken: string | null;
  /** Knows the JWTs of the configured issuer. */
  readonly auth: Pick<AdminAuth, "recognize" | "freshen">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A JWT; none of these is longer. Whatever else stands there is not even looked at. */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const LONGEST = 8_192;

/** A stranger can't make the gateway ask for keys more often. */
const COOL_DOWN_MS = 30_000;

/** Tokens that the admin token signed, and admin JWTs; never the admin token itself. */
export function explainGuard({ adminToken, auth, now }: ExplainGuardOptions): ExplainGuard {
  const isOwnToken = adminToken === null ? null : explainTokens(adminToken, now);
  let freshenedMs = -Infinity;
  return {
    async allows(shown, host): Promise<boolean> {
      if (shown.length > LONGEST || !SHAPE.test(shown)) return false;
      if (await isOwnToken?.(shown, host)) return true;
      const admin = await auth.recognize(shown);
      return admin?.credential === "jwt" && admin.scopes.includes("read");
    },

    async freshen(): Promise<void> {
      const nowMs = now();
      if (Math.abs(nowMs - freshenedMs) < COOL_DOWN_MS) return;
      freshenedMs = nowMs;
      await auth.freshen();
    },
  };
}
