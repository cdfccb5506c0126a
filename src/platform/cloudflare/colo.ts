/** Which of Cloudflare's locations a request came in at. */

/**
 * @returns the location's three capital letters (IATA), such as "FRA"; `null` where `request.cf`
 *   does not say, as on a workerd of one's own
 */
export function coloOf(request: Request): string | null {
  const { cf } = request as Request & { readonly cf?: { readonly colo?: unknown } | null };
  return typeof cf?.colo === "string" && /^[A-Z]{3}$/.test(cf.colo) ? cf.colo : null;
}
