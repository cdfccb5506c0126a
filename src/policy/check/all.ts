/** Every semantic check. Each reads the view and reports; none depends on another. */
import type { Report } from "../finding.ts";
import type { View } from "../view.ts";
import { checkActions } from "./actions.ts";
import { checkClusters } from "./clusters.ts";
import { checkHeaders } from "./headers.ts";
import { checkHosts } from "./hosts.ts";
import { checkLoops } from "./loops.ts";
import { checkPaths } from "./paths.ts";
import { checkReach } from "./reach.ts";
import { checkReferences } from "./references.ts";
import { checkTimes } from "./times.ts";
import { checkTrust } from "./trust.ts";

export const checks: readonly ((view: View, report: Report) => void)[] = [
  checkReferences,
  checkClusters,
  checkHosts,
  checkPaths,
  checkActions,
  checkHeaders,
  checkTimes,
  checkTrust,
  checkReach,
  checkLoops,
];
