import assert from "node:assert/strict";
import type { Verdict } from "../../src/health/active_check.ts";
import {
  type EndpointState,
  isEjected,
  newEndpointRecord,
  newVitals,
  stateOf,
} from "../../src/health/records.ts";
import { defaultOutlier, plainHealthCheck } from "../support/plans.ts";

interface Row {
  readonly draining?: boolean;
  readonly verdict?: Verdict;
  readonly ejected?: boolean;
  /** What the policy has switched on; both unless set. */
  readonly checks?: boolean;
  readonly outlier?: boolean;
  readonly want: EndpointState;
}

const rows: readonly Row[] = [
  { want: "healthy" },
  { verdict: "healthy", want: "healthy" },
  { verdict: "degraded", want: "degraded" },
  { verdict: "unhealthy", want: "unhealthy" },
  { verdict: "excluded", want: "excluded" },

  { ejected: true, want: "unhealthy" },
  { ejected: true, verdict: "healthy", want: "unhealthy" },
  { ejected: true, verdict: "degraded", want: "unhealthy" },
  { ejected: true, verdict: "unhealthy", want: "unhealthy" },
  // Its own word stays: an ejection does not bring it back into its level's numbers.
  { ejected: true, verdict: "excluded", want: "excluded" },

  // Of what a policy does not ask for, nothing counts.
  { checks: false, verdict: "degraded", want: "healthy" },
  { checks: false, verdict: "unhealthy", want: "healthy" },
  { checks: false, verdict: "excluded", want: "healthy" },
  { checks: false, verdict: "degraded", ejected: true, want: "unhealthy" },
  { outlier: false, ejected: true, want: "healthy" },
  { outlier: false, ejected: true, verdict: "degraded", want: "degraded" },
  { outlier: false, ejected: true, verdict: "unhealthy", want: "unhealthy" },
  { outlier: false, checks: false, ejected: true, verdict: "unhealthy", want: "healthy" },

  // A drain comes before everything, whatever the policy says.
  { draining: true, want: "draining" },
  { draining: true, verdict: "degraded", want: "draining" },
  { draining: true, verdict: "excluded", ejected: true, want: "draining" },
  { draining: true, ejected: true, outlier: false, checks: false, want: "draining" },
];

for (const row of rows) {
  const { draining = false, verdict = "unknown", ejected = false } = row;
  const { checks = true, outlier = true, want } = row;
  const name = JSON.stringify({ ...row, want: undefined });
  Deno.test(`state of an endpoint: ${name} is ${want}`, () => {
    const endpoint = newEndpointRecord("http://a.test", newVitals(draining), -Infinity);
    endpoint.verdict = verdict;
    endpoint.outlier.ejectedUntilMs = ejected ? 1 : 0;
    const policy = {
      healthCheck: checks ? plainHealthCheck : null,
      outlier: outlier ? defaultOutlier : null,
    };
    assert.equal(stateOf(policy, endpoint), want);
  });
}

Deno.test("records: a new endpoint is in service, and its cluster has shown nothing yet", () => {
  const vitals = newVitals(false);
  const endpoint = newEndpointRecord("http://a.test", vitals, 5);
  assert.equal(endpoint.vitals, vitals);
  assert.equal(isEjected(endpoint), false);
  assert.deepEqual(
    [endpoint.verdict, endpoint.active, endpoint.inServiceSinceMs, endpoint.latencies.quantile(1)],
    ["unknown", 0, 5, null],
  );
  assert.deepEqual([vitals.latency, vitals.busy, vitals.draining], [null, false, false]);
});
