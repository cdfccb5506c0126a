/** `nearest` and `fastest`: clusters that can be told apart by distance or latency. */
import type { Report } from "../finding.ts";
import type { View } from "../view.ts";

export function checkCandidates(view: View, report: Report): void {
  for (const { path, value, written } of view.routes) {
    for (const action of ["nearest", "fastest"] as const) {
      if (Object(written[action]).length !== 1 || value[action] === undefined) continue;
      const message = `one cluster leaves nothing to choose: name others, or use "to"`;
      report("oneCandidate", [...path, action], message);
    }
    value.nearest?.forEach((name, index) => {
      const cluster = view.clusters.get(name);
      if (cluster === undefined || Object.hasOwn(cluster.written, "coordinates")) return;
      const message =
        `give "${name}" coordinates, [latitude, longitude], or nobody knows how far it is`;
      report("missingCoordinates", [...path, "nearest", index], message);
    });
    if (value.sticky !== undefined && Object.hasOwn(written, "fastest")) {
      const message =
        '"fastest" moves callers as latency changes: use "split" or "nearest" to keep them in place';
      report("stickyFastest", [...path, "sticky"], message, "key");
    }
  }
}
