/** How a document in Workers KV stands to what the register knows. */
import { RAW } from "../version.ts";
import type { Entry } from "./entry.ts";
import { type Identity, isSameIdentity } from "./identity.ts";
import { headOf, type RegisterState } from "./state.ts";

export type Standing =
  /** It is what the register has in force. */
  | "active"
  /** It was there before that. */
  | "older"
  | "foreign";

/** @param sequence of the document's stamp, if it has one */
export function standingOf(
  identity: Identity,
  sequence: number | undefined,
  state: RegisterState,
): Standing {
  const head = headOf(state);
  if (head === null) return "foreign";
  if (isOf(head, identity)) return "active";
  const wasThere = (sequence ?? Infinity) <= head.sequence ||
    state.entries.some((entry) => isOf(entry, identity)) ||
    state.spread.replaced.some((replaced) => isSameIdentity(replaced, identity));
  return wasThere ? "older" : "foreign";
}

/** A stamp stands for its text, of which KV's readers may drop a byte order mark. */
const isOf = ({ version, document }: Entry, identity: Identity): boolean =>
  version === identity.version && (version !== RAW || document?.sha256 === identity.sha256);
