/** Every semantic check. Each reads the view and reports; none depends on another. */
import type { Report } from "../finding.ts";
import type { View } from "../view.ts";
import { checkActions } from "./actions.ts";
import { checkCanaries } from "./canaries.ts";
import { checkCandidates } from "./candidates.ts";
import { checkClusters } from "./clusters.ts";
import { checkConfine } from "./confine.ts";
import { checkDetection } from "./detection.ts";
import { checkFailover } from "./failover.ts";
import { checkFaults } from "./faults.ts";
import { checkHeaders } from "./headers.ts";
import { checkHealthChecks } from "./health_check.ts";
import { checkHosts } from "./hosts.ts";
import { checkLimits } from "./limits.ts";
import { checkLocality } from "./locality.ts";
import { checkLoops } from "./loops.ts";
import { checkPaths } from "./paths.ts";
import { checkZones } from "./places.ts";
import { checkReach } from "./reach.ts";
import { checkReferences } from "./references.ts";
import { checkRepeats } from "./repeats.ts";
import { checkTests } from "./tests.ts";
import { checkTimes } from "./times.ts";
import { checkTries } from "./tries.ts";
import { checkTrust } from "./trust.ts";

export const checks: readonly ((view: View, report: Report) => void)[] = [
  checkReferences,
  checkClusters,
  checkZones,
  checkLocality,
  checkDetection,
  checkHealthChecks,
  checkLimits,
  checkHosts,
  checkPaths,
  checkActions,
  checkCandidates,
  checkCanaries,
  checkFailover,
  checkConfine,
  checkFaults,
  checkHeaders,
  checkTimes,
  checkTries,
  checkRepeats,
  checkTrust,
  checkReach,
  checkLoops,
  checkTests,
];
