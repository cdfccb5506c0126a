/** One thing that a new policy does otherwise, in the words of the domain. */
import { formatPath, type Path } from "../policy/finding.ts";

export interface Change {
  /** `warning`: what follows from the others, and was perhaps not meant. */
  readonly kind: "added" | "removed" | "changed" | "warning";
  /** As findings write it, such as `routes[2].split.canary`; of what is removed, in the old policy. */
  readonly path: string;
  /** Such as `checkout-canary: canary 10 % -> 25 %`. */
  readonly message: string;
  /** Where a warning is about more routes than its message names: all of those that lose requests. */
  readonly routes?: readonly string[];
}

export const change = (kind: Change["kind"], path: Path, message: string): Change => ({
  kind,
  path: formatPath(path),
  message,
});
