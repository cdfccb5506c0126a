/** Redirects that lead back to the route they come from. */
import type { Report } from "../finding.ts";
import type { PolicyRoute } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { entries } from "./paths.ts";
import { type PathKey, pathKey, pathsAround } from "./rules.ts";

/** Which route uses a path pattern; `null` if several do. */
type Owners = ReadonlyMap<PathKey, number | null>;

/** Warns only where no other route can take the redirected request. */
export function checkLoops(view: View, report: Report): void {
  const owners = ownersOf(view);
  if (owners === null) return;
  const highest = view.routes.reduce(
    (most, { value }) => Math.max(most, value.precedence ?? 0),
    -Infinity,
  );
  for (const [index, route] of view.routes.entries()) {
    if (!isWhole(route, ["hosts", "match", "redirect"])) continue;
    if (!staysHere(route) || (route.value.precedence ?? 0) < highest) continue;
    const matches = entries(route).map(({ entry }) => entry);
    const loops = (matches.length === 0 ? [{}] : matches).some((entry) =>
      entry.method === undefined &&
      returns(pathKey(entry.path), route.value.redirect?.path, index, owners)
    );
    if (loops) {
      const message = "a client that follows it comes back to this route, again and again";
      report("redirectLoop", [...route.path, "redirect"], message, "key");
    }
  }
}

/** `null` where a regex makes it unsure who takes a path. */
function ownersOf(view: View): Owners | null {
  const owners = new Map<PathKey, number | null>();
  for (const [index, route] of view.routes.entries()) {
    for (const { entry } of entries(route)) {
      const key = pathKey(entry.path);
      if (key.startsWith("~")) return null;
      const owner = owners.get(key);
      owners.set(key, owner === undefined || owner === index ? index : null);
    }
  }
  return owners;
}

/** Whether scheme, host and port of the redirect are those of the request. */
function staysHere({ value: { redirect, hosts } }: Part<PolicyRoute>): boolean {
  if (!redirect || redirect.scheme !== undefined || redirect.port !== undefined) return false;
  const { host } = redirect;
  return host === undefined ||
    (hosts?.length === 1 && hosts[0]?.toLowerCase() === host.toLowerCase());
}

function returns(
  from: PathKey,
  change: NonNullable<PolicyRoute["redirect"]>["path"],
  route: number,
  owners: Owners,
): boolean {
  const target = landing(from, change);
  if (target === null) return false;
  const around = pathsAround(target);
  const back = around.indexOf(from);
  // A pattern closer to the target than ours wins it, if another route has it.
  return back >= 0 &&
    around.slice(0, back).every((path) => !owners.has(path) || owners.get(path) === route);
}

function landing(
  from: PathKey,
  change: NonNullable<PolicyRoute["redirect"]>["path"],
): PathKey | null {
  if (change === undefined) return from;
  if ("full" in change) return `=${change.full}`;
  if ("regex" in change || !from.startsWith("^")) return null;
  return `^${change.prefix.replace(/\/$/, "")}`;
}
