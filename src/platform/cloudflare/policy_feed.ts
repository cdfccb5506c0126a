/** The policy in Workers KV, followed. */
import { PolicyFeed } from "../../store/feed.ts";
import type { FeedEvent } from "../../store/status.ts";
import { policyReader, revisionOfText } from "../reader.ts";
import { missingSecrets } from "../secrets.ts";
import { missingBindings } from "./bindings.ts";
import { type Env, textOf } from "./env.ts";
import { KvPolicyStore } from "./policy_store.ts";

export interface FeedSettings {
  /** Whether a document that came without a stamp is kept as the last good one. */
  readonly keepsLastGood: boolean;
  readonly log: (event: FeedEvent) => void;
}

export function policyFeed(env: Env, { keepsLastGood, log }: FeedSettings): PolicyFeed {
  const Store = keepsLastGood ? KvPolicyStore : ReadOnlyStore;
  const now = (): number => Date.now();
  return new PolicyFeed({
    store: new Store(env.POLICIES, {
      revisionOf: revisionOfText,
      now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
    reader: policyReader("cloudflare", (plan) => [
      ...missingBindings(plan, env),
      ...missingSecrets(plan, (name) => textOf(env, name) ?? null),
    ]),
    now,
    later: () => {},
    log,
  });
}

/** One key of Workers KV takes one write per second: those who only look leave it alone. */
class ReadOnlyStore extends KvPolicyStore {
  override writeLastGood(): Promise<null> {
    return Promise.resolve(null);
  }
}
