/** What differs in what all routes share, and for which routes that counts. */
import type { Policy, PolicyDefaults, PolicyRoute } from "../policy/schema/policy.ts";
import type { Change } from "./change.ts";
import { below, fieldChanges, type Place } from "./fields.ts";
import { isObject, listed, same } from "./json.ts";

const PLACE: Place = { subject: "defaults", field: [], base: ["defaults"] };

export function defaultsChanges(
  before: PolicyDefaults | undefined,
  { defaults: after, routes }: Policy,
): Change[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const changes = ([...keys] as (keyof PolicyDefaults)[]).flatMap((key) => {
    const [from, to] = [before?.[key], after?.[key]];
    if (same(from, to)) return [];
    const counting = routes.filter((route) => counts(route, key, from, to));
    return fieldChanges(from, to, below(PLACE, key))
      .map((one) => ({ ...one, message: `${one.message} (${forWhom(counting)})` }));
  });
  // `{}` says as much as nothing at all, yet it is another document.
  return changes.length > 0 ? changes : fieldChanges(before, after, PLACE);
}

function forWhom(routes: readonly PolicyRoute[]): string {
  if (routes.length === 0) return "counts for no route";
  const names = listed(routes.slice(0, 6).map(({ name }) => name), 6);
  const more = routes.length > 6 ? ", …" : "";
  return `counts for ${routes.length} route${routes.length === 1 ? "" : "s"}: ${names}${more}`;
}

/** Whether any of it reaches the route, which may have a word of its own. */
function counts(
  route: PolicyRoute,
  key: keyof PolicyDefaults,
  before: unknown,
  after: unknown,
): boolean {
  const forwards = route.redirect === undefined && route.respond === undefined;
  // A route's own edits of headers come on top of those of defaults.
  if (key === "headers") {
    return forwards || !same(part(before, "response"), part(after, "response"));
  }
  return forwards && isLeftTo(route[key], before, after);
}

/** Whether a route's value leaves open anything by which the two differ. */
function isLeftTo(own: unknown, before: unknown, after: unknown): boolean {
  if (same(before, after)) return false;
  if (own === undefined) return true;
  if (!isObject(own)) return false;
  const parts = new Set(
    [before, after].flatMap((value) => isObject(value) ? Object.keys(value) : []),
  );
  return [...parts].some((key) => isLeftTo(part(own, key), part(before, key), part(after, key)));
}

const part = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
