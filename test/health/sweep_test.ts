import assert from "node:assert/strict";
import { sweep } from "../../src/health/sweep.ts";

const successRate = { minimumHosts: 5, requestVolume: 100, stdevFactor: 1.9 };
const failurePercentage = { threshold: 85, minimumHosts: 5, requestVolume: 50 };

// Of the six that had 100 requests the mean is 83, the deviation √((5·17² + 83²) / 6) = 37 and the
// threshold 13: only the last is below. It failed every time, as did the one that had 50.
const counts = [
  ...Array.from({ length: 5 }, () => ({ requests: 100, successes: 100 })),
  { requests: 50, successes: 0 },
  { requests: 100, successes: 0 },
];

const rows = [
  { name: "nothing asked for", plan: { successRate: null, failurePercentage: null }, want: [] },
  { name: "success rate alone", plan: { successRate, failurePercentage: null }, want: [6] },
  {
    name: "failure percentage alone",
    plan: { successRate: null, failurePercentage },
    want: [5, 6],
  },
  {
    name: "both, success rate first, each once",
    plan: { successRate, failurePercentage },
    want: [6, 5],
  },
];
for (const { name, plan, want } of rows) {
  Deno.test(`sweep: ${name}`, () => assert.deepEqual(sweep(counts, plan), want));
}
