/**
 * Whether one pattern alone holds. `find` never asks: it walks the table. This
 * is for explanations, and a property test keeps the two of one mind.
 */
import type { HostPattern, PathPattern } from "../plan/table.ts";

/** @param host as in `RequestFacts` */
export function takesHost(pattern: HostPattern, host: string): boolean {
  switch (pattern.kind) {
    case "exact":
      return host === pattern.name;
    case "wildcard":
      return host.length > pattern.name.length + 1 && host.endsWith(`.${pattern.name}`);
    case "any":
      return true;
  }
}

/** @param path as in `RequestFacts` */
export function takesPath(pattern: PathPattern, path: string): boolean {
  switch (pattern.kind) {
    case "exact":
      return path === pattern.path;
    case "prefix":
      return path === pattern.path || path.startsWith(`${pattern.path}/`);
    case "regex":
      return pattern.test(path);
  }
}
