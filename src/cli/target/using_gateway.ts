/** For commands that ask what no store alone can tell. */
import { CommandError, EXIT } from "../exit_codes.ts";
import type { AdminApi } from "./admin.ts";
import type { TargetName } from "./open.ts";
import { usingTarget } from "./options.ts";
import type { Target } from "./target.ts";

export interface Gateway {
  readonly target: Target;
  readonly admin: AdminApi;
}

/**
 * @param purpose what is known to gateways only, as in "health"
 * @throws {CommandError} when the target is no gateway
 */
export async function usingGateway<T>(
  to: TargetName,
  purpose: string,
  work: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  const { kind } = to;
  // A store is not even opened: that takes its time, and asks for a configuration.
  const refused = new CommandError(
    EXIT.usage,
    `--to ${kind} is a store, and ${purpose} is a matter of gateways: give one's URL`,
  );
  if (kind !== "gateway") throw refused;
  return await usingTarget({ to }, async (target) => {
    if (target.admin === null) throw refused;
    return await work({ target, admin: target.admin });
  });
}
