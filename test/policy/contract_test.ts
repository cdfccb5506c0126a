/** The policy that the contract shows "everything at once" with, as far as Limen reads it. */
import assert from "node:assert/strict";
import { compile } from "../../src/compile/compile.ts";
import { formatFinding } from "../../src/policy/finding.ts";
import { validate } from "../../src/policy/validate.ts";
import { reportOf } from "../policy_tests/support.ts";

const text = `{
  "$schema": "./policy.schema.json",            // published JSON Schema: editors complete and check
  "clusters": {
    "aws": {
      "location": "public",
      "region": "us-east-1", "zone": "use1-az4", "coordinates": [38.9, -77.4],
      "endpoints": [
        "https://a.aws.example.com",
        { "url": "https://b.aws.example.com", "weight": 2, "priority": 0, "region": "us-east-1", "zone": "use1-az6", "subzone": "rack-4", "labels": { "version": "v2" } }
      ],
      "host": "upstream",
      "loadBalancing": { "algorithm": "least-request",
        "slowStart": "30s", "overprovisioning": 140, "panicThreshold": 50,
        "locality": { "failover": [{ "from": "us-east", "to": "us-west" }] } },
      "healthCheck": { "path": "/healthz", "interval": "10s", "timeout": "2s", "unhealthyThreshold": 3, "healthyThreshold": 2, "expect": [200], "headers": {} },
      "outlierDetection": { "consecutive5xx": 5, "consecutiveGatewayErrors": 5, "interval": "10s", "baseEjectionTime": "30s", "maxEjectionTime": "300s", "maxEjectionPercent": 50,
        "successRate": { "minimumHosts": 5, "requestVolume": 100, "stdevFactor": 1.9 }, "failurePercentage": { "threshold": 85, "minimumHosts": 5, "requestVolume": 50 } },
      "circuitBreaker": { "maxRequests": 1024, "maxRetries": 3, "retryBudget": { "percent": 20, "minConcurrency": 3 } },
      "capacity": { "requestsPerSecond": 500 },
      "timeout": "30s",
      "via": { "binding": "DC_VPC" }
    },
    "stable": { "location": "private", "region": "eu-west-1", "endpoints": ["https://stable.eu.example.com"], "via": { "binding": "DC_VPC" } },
    "canary": { "location": "private", "region": "eu-west-1", "endpoints": ["https://canary.eu.example.com"], "via": { "binding": "DC_VPC" } },
    "pop":    { "location": "edge", "region": "eu-central-1", "endpoints": ["https://pop.eu.example.com"] },
    "shadow": { "location": "edge", "region": "eu-central-1", "endpoints": ["https://shadow.eu.example.com"] }
  },
  "defaults": { "timeout": "15s", "retry": { "attempts": 1, "on": ["connect-failure", "gateway-error"] } },
  "routes": [
    {
      "name": "checkout-canary",
      "hosts": ["shop.example.com", "*.shop.example.com"],
      "match": [
        { "path": "/checkout/*", "method": ["GET", "POST"], "headers": { "x-beta": "yes", "user-agent": { "regex": "Mobile.*" } } },
        { "path": "/checkout/*", "query": { "v": { "present": true } }, "cookies": { "beta": "1" } }
      ],
      "precedence": 0,
      "split": { "stable": 90, "canary": 10 },
      "failover": ["pop"],
      "confine": { "regions": ["eu-*"], "locations": ["private", "edge"] },
      "sticky": { "cookie": { "name": "shop", "ttl": "1h" } },
      "timeout": "10s",
      "retry": { "attempts": 2, "on": ["5xx", "connect-failure", "reset", "retriable-4xx", 503], "perTryTimeout": "2s", "backoff": { "base": "25ms", "max": "250ms" }, "maxBody": "64KiB" },
      "hedge": { "after": "200ms", "max": 1 },
      "mirror": [{ "cluster": "shadow", "percent": 10 }],
      "fault": { "delay": { "percent": 5, "for": "2s" }, "abort": { "percent": 1, "status": 503 } },
      "rewrite": { "host": "internal.example", "path": { "prefix": "/v2" } },
      "headers": { "request": { "set": {}, "add": {}, "remove": [] }, "response": { "set": {}, "add": {}, "remove": [] } }
    }
  ],
  "trust": { "proxies": ["10.0.0.0/8"],
    "clientHeaders": { "country": "cf-ipcountry", "latitude": "cf-iplatitude", "longitude": "cf-iplongitude" } },
  "tests": [
    { "name": "a tenth of the beta callers reach the canary", "request": { "method": "GET", "url": "https://shop.example.com/checkout", "headers": { "x-beta": "yes", "user-agent": "Mobile Safari" } },
      "given": { "down": ["pop"] }, "expect": { "route": "checkout-canary", "clusters": { "canary": 0.1, "stable": 0.9 } } }
  ]
}`;

Deno.test("contract: everything at once validates, with warnings that are true of it, and compiles", () => {
  const { policy, findings } = validate(text, { target: "cloudflare" });
  const listed = findings.map((finding) => formatFinding("p", finding)).join("\n");
  assert.deepEqual(findings.map(({ code, path }) => `${code} ${path}`), [
    "LIM102 clusters.aws",
    "LIM126 clusters.aws.circuitBreaker.maxRetries",
    "LIM105 routes[0].rewrite.host",
  ], listed);
  const plan = compile(policy!, "000000000000");
  assert.deepEqual(plan.clusters[0]!.breaker!.retries, {
    kind: "budget",
    percent: 20,
    minConcurrency: 3,
  });
});

Deno.test("contract: its test passes, and reaches every route", async () => {
  const report = await reportOf(text);
  assert.deepEqual([report.passed, report.failed, report.uncovered], [1, 0, []]);
});

/** The other actions that it names in comments. */
for (const action of ['"to": "aws"', '"nearest": ["aws", "pop"]', '"fastest": ["aws", "pop"]']) {
  Deno.test(`contract: ${action} in place of the split`, () => {
    const other = text
      .replace('"split": { "stable": 90, "canary": 10 }', action)
      .replace(/"confine": .*\n/, "")
      .replace('"cookie": { "name": "shop", "ttl": "1h" }', '"ip": true')
      .replace('"sticky": { "ip": true },', "")
      .replace('"pop":    {', '"pop": { "coordinates": [50.1, 8.7],');
    const { policy, findings } = validate(other);
    assert.notEqual(policy, null, findings.map((it) => formatFinding("p", it)).join("\n"));
  });
}
