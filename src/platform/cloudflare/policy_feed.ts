/** The policy in Workers KV, followed. */
import { PolicyFeed } from "../../store/feed.ts";
import type { PolicyStore } from "../../store/port.ts";
import type { FeedEvent } from "../../store/status.ts";
import { policyReader, revisionOfText } from "../reader.ts";
import { missingSecrets } from "../secrets.ts";
import { missingBindings } from "./bindings.ts";
import { namespaceOf } from "./durable_object.ts";
import { type Env, textOf } from "./env.ts";
import { KvPolicyStore, type KvPolicyStoreOptions } from "./policy_store.ts";
import { REGISTER_BINDING } from "./register_questions.ts";
import { RegisteredPolicyStore } from "./registered_store.ts";
import { settingsOf } from "./settings.ts";

export interface FeedSettings {
  /** Of those who only look: nothing that they find is kept, or entered into the history. */
  readonly isReadOnly: boolean;
  readonly log: (event: FeedEvent) => void;
}

export function policyFeed(env: Env, { isReadOnly, log }: FeedSettings): PolicyFeed {
  const now = (): number => Date.now();
  return new PolicyFeed({
    store: isReadOnly ? new ReadOnlyStore(env.POLICIES, storeOptions(env)) : policyStore(env),
    reader: policyReader("cloudflare", (plan) => [
      ...missingBindings(plan, env),
      ...missingSecrets(plan, (name) => textOf(env, name) ?? null),
    ]),
    now,
    later: () => {},
    log,
  });
}

/** Where wrangler.toml is from before there was a register, Workers KV alone. */
function policyStore(env: Env): PolicyStore {
  const kv = new KvPolicyStore(env.POLICIES, storeOptions(env));
  const registers = namespaceOf(env, REGISTER_BINDING);
  return registers === null ? kv : new RegisteredPolicyStore(registers, kv);
}

const storeOptions = (env: Env): KvPolicyStoreOptions => ({
  revisionOf: revisionOfText,
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  historyKept: settingsOf(env).historyKept,
});

/** One key of Workers KV takes one write per second: those who only look leave it alone. */
class ReadOnlyStore extends KvPolicyStore {
  override adopt(): Promise<null> {
    return Promise.resolve(null);
  }

  override writeLastGood(): Promise<null> {
    return Promise.resolve(null);
  }
}
