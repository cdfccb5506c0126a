/** A stamp for what somebody has put into a store without a push through whoever orders them. */
import type { Activation } from "./history.ts";
import type { Stamp } from "./stamp.ts";

/** Names the rules that found a document good where nobody knows which: no Limen has these. */
const UNKNOWN_RULES = "unknown";

/**
 * @param stamp the document's own, if it has one
 * @param activation how the history tells of it
 */
export const foreignStamp = (
  stamp: Stamp | null,
  { revision, at, by, message }: Activation,
): Stamp => ({
  revision,
  fingerprint: stamp?.fingerprint ?? UNKNOWN_RULES,
  at,
  ...(by === null ? {} : { by }),
  ...(message === null ? {} : { message }),
  ...(stamp?.sequence === undefined ? {} : { sequence: stamp.sequence }),
});
