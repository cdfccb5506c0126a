/** Workers KV as the register writes it. */
import type { Outlet } from "../../store/register/outlet.ts";
import { KvHistory } from "./kv_history.ts";
import { KvAccess, type KvAccessOptions, type PolicyNamespace } from "./kv_namespace.ts";
import { lastGoodKey, POLICY_KEY } from "./policy_store.ts";

export function registerOutlet(kv: PolicyNamespace, options: KvAccessOptions): Outlet {
  const access = new KvAccess(kv, options);
  const history = new KvHistory(access);
  return {
    // As KV shows it: the register knows by itself what of that is old.
    read: () => access.read(POLICY_KEY),
    list: () => history.list(),
    putActivation: (activation, stamp) => history.putActivation(activation, stamp),
    putRevision: (text, stamp) => history.putRevision(text, stamp),
    putPolicy: (text, stamp) => access.put(POLICY_KEY, text, stamp),
    // Once: an isolate may be keeping the same one, and the register comes back to it.
    putLastGood: (text, stamp) => access.put(lastGoodKey(stamp.fingerprint), text, stamp, false),
    sweep: (needed) => history.sweep(needed),
  };
}
