/** The hosts that a route takes. */
import type { Report } from "../finding.ts";
import type { View } from "../view.ts";
import { hostProblem } from "./url.ts";

export function checkHosts(view: View, report: Report): void {
  for (const { path, value } of view.routes) {
    const seen = new Set<string>();
    value.hosts?.forEach((host, index) => {
      const at = [...path, "hosts", index];
      const problem = host === "*"
        ? "leave out hosts to take every host"
        : hostProblem(host.startsWith("*.") ? host.slice(2) : host);
      if (problem !== null) report("badHost", at, problem);
      else if (seen.has(host.toLowerCase())) report("duplicateHost", at, `"${host}" stands twice`);
      seen.add(host.toLowerCase());
    });
  }
}
