/** Which copies of a request are made, and for whom (Envoy `RequestMirrorPolicy`). */
import type { MirrorPlan } from "../plan/resilience.ts";

/**
 * The mirrors that get a copy of one request.
 *
 * @param random uniform in [0, 1), drawn once for each mirror, so that they are independent
 */
export function drawMirrors(
  mirrors: readonly MirrorPlan[],
  random: () => number,
): readonly MirrorPlan[] {
  return mirrors.filter(({ percent }) => 100 * random() < percent);
}

/**
 * The Host of a copy, so that a service can tell it apart: "-shadow" is
 * appended to the name, before the port. An IPv6 literal has no name to append
 * to (RFC 3986 §3.2.2) and stays as it is.
 *
 * @param authority host or host:port, not empty
 */
export function shadowHost(authority: string): string {
  if (authority.startsWith("[")) return authority;
  const [, host, port] = /^(.*?)(:\d*)?$/.exec(authority)!;
  return `${host}-shadow${port ?? ""}`;
}
