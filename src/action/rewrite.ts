/** Gives a path its new form: for upstreams and for redirects alike. */
import type { PathChangePlan } from "../plan/plan.ts";

/**
 * Gateway API's ReplacePrefixMatch works on whole segments: what follows the
 * prefix is kept to the letter, a trailing slash and double slashes included,
 * and nothing left at all is "/".
 *
 * @param path normalised
 * @param prefix the prefix that matched, without trailing slash; `null` where the
 * match was exact or by regex: then all of the path matched, and all of it is replaced
 * @returns normalised if `path` was
 */
export function changePath(change: PathChangePlan, path: string, prefix: string | null): string {
  switch (change.kind) {
    case "full":
      return change.to;
    case "regex":
      return change.apply(path);
    case "prefix": {
      const rest = prefix === null ? "" : path.slice(prefix.length);
      return change.to + rest || "/";
    }
  }
}
