/** Every field of the schema, and every form that one can take. */
export const everything = `\uFEFF{
  "$schema": "./policy.schema.json", // comments
  /* of both kinds */
  "clusters": {
    "aws": {
      "location": "public",
      "region": "us-east-1", "zone": "use1-az4", "coordinates": [38.9, -77.4],
      "endpoints": ["https://a.aws.example.com", {
        "url": "https://b.aws.example.com:8443/", "weight": 2, "priority": 1,
        "region": "us-east-1", "zone": "use1-az6", "subzone": "rack-4", "labels": { "topology.istio.io/network": "n1", "version": "" }
      }],
      "host": "upstream",
      "loadBalancing": {
        "algorithm": "least-request", "overprovisioning": 140, "panicThreshold": 50,
        "slowStart": { "window": "30s", "aggression": 1.5, "minWeightPercent": 20 },
        "locality": { "failoverPriority": ["version=v2", "zone"], "failover": [{ "from": "us-east", "to": "us-west" }] }
      },
      "healthCheck": {
        "path": "/healthz?deep=1", "interval": "10s", "timeout": "2s", "jitter": "1s", "noTrafficInterval": "60s",
        "unhealthyThreshold": 3, "healthyThreshold": 2, "expect": [200, 204], "headers": { "authorization": "secret:HEALTH_TOKEN", "x-a": "b" }
      },
      "outlierDetection": {
        "consecutive5xx": 5, "consecutiveGatewayErrors": 5, "consecutiveLocalOriginErrors": 4, "interval": "10s",
        "baseEjectionTime": "30s", "maxEjectionTime": "300s", "maxEjectionPercent": 50,
        "successRate": { "minimumHosts": 5, "requestVolume": 100, "stdevFactor": 1.9 },
        "failurePercentage": { "threshold": 85, "minimumHosts": 5, "requestVolume": 50 }
      },
      "circuitBreaker": { "maxRequests": 1024, "retryBudget": { "percent": 20, "minConcurrency": 3 } },
      "capacity": { "requestsPerSecond": 500 },
      "timeout": "30s",
      "via": { "binding": "DC_VPC" }
    },
    "constructor": { "location": "edge", "endpoints": ["https://[2001:db8::1]"], "coordinates": [-33.9, 151.2],
      "loadBalancing": { "slowStart": "30s", "locality": { "distribute": [{ "from": "us-east/*", "to": { "*": 100 } }] } },
      "circuitBreaker": { "maxRetries": 3 }, "host": "preserve" },
    "shadow": { "location": "edge", "endpoints": ["https://shadow.example.com"], "outlierDetection": false },
    "dc": { "location": "private", "region": "us-dc", "endpoints": ["http://dc_1.internal:80"], "host": "dc.internal:8080" }
  },
  "defaults": {
    "timeout": "15s", "idleTimeout": "5s", "hedge": { "after": "1s", "max": 2 },
    "retry": { "attempts": 1, "on": ["connect-failure", "gateway-error"] },
    "headers": { "response": { "set": { "x-served-by": "limen" } } }
  },
  "routes": [
    {
      "name": "checkout",
      "hosts": ["shop.example.com", "*.shop.example.com", "203.0.113.7", "[::1]"],
      "match": [
        { "path": "/checkout/*", "method": ["GET", "POST"], "headers": { "x-beta": "yes", "user-agent": { "regex": "Mobile.*" } } },
        { "path": { "regex": "/c/\\\\d+" }, "query": { "v": { "present": true } }, "cookies": { "beta": { "not": { "prefix": "x" } }, "b": { "suffix": "y" } } }
      ],
      "precedence": 1,
      "split": [
        { "cluster": "aws", "weight": 90, "headers": { "request": { "add": { "x-member": "aws" } } } },
        { "cluster": "constructor", "weight": 10 }
      ],
      "failover": ["dc"],
      "sticky": { "cookie": { "name": "shop", "ttl": "1h" } },
      "timeout": "10s", "idleTimeout": "0s", "hedge": { "after": "200ms" },
      "mirror": [{ "cluster": "dc", "percent": 10 }, { "cluster": "shadow" }],
      "fault": { "delay": { "percent": 5, "for": "2s" }, "abort": { "percent": 1, "status": 503 } },
      "retry": { "methods": ["POST"],
        "attempts": 2, "on": ["5xx", "connect-failure", "reset", "retriable-4xx", 503],
        "perTryTimeout": "2s", "backoff": { "base": "25ms", "max": "250ms" }, "maxBody": "64KiB"
      },
      "rewrite": { "host": "internal.example", "path": { "regex": "^/u/(.*)$", "with": "/users/\\\\1\\\\\\\\\\\\0" } },
      "headers": { "request": { "set": {}, "add": {}, "remove": ["x-a"] }, "response": { "set": {}, "add": {}, "remove": [] } }
    },
    { "name": "one", "match": { "path": "/one/*", "method": "GET" }, "to": "aws", "failover": ["dc"], "confine": { "regions": ["us-*", "us-dc"], "locations": ["private", "public"] }, "sticky": { "header": "x-user" }, "timeout": "0s", "rewrite": { "path": { "prefix": "/v2" } } },
    { "name": "two", "match": { "path": "/two" }, "split": { "dc": 1, "aws": 0 }, "failover": [], "sticky": { "query": "uid" }, "rewrite": { "path": { "full": "/x" } } },
    { "name": "old", "match": { "path": "/old/*" }, "redirect": { "scheme": "https", "host": "new.example", "port": 443, "path": { "prefix": "/new" }, "status": 301 } },
    { "name": "near", "match": { "path": "/near" }, "nearest": ["aws", "constructor"], "sticky": { "ip": true }, "hedge": false, "mirror": { "cluster": "shadow" } },
    { "name": "fast", "match": { "path": "/fast" }, "fastest": ["aws", "dc"], "failover": ["shadow"], "fault": { "abort": {}, "delay": {} } },
    { "name": "away", "match": { "path": "/away" }, "to": "aws", "failover": ["shadow"], "sticky": { "ip": true } },
    { "name": "rest", "respond": { "status": 200, "headers": { "content-type": "text/plain" }, "body": "ok" } }
  ],
  "trust": { "proxies": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "::1"], "clientHeaders": { "country": "x-country", "latitude": "x-lat", "longitude": "X-Lon" } },
  "tests": [
    { "name": "Grüße: all of it", "request": { "method": "POST", "url": "http://shop.example.com.:8080/x?y=%20", "headers": { "x-a": "1", "x-b": ["1", ""] } },
      "from": { "region": "eu", "zone": "a", "subzone": "b", "latitude": -33.9, "longitude": "151.2", "country": "DE", "ip": "2001:db8::1", "version": 2, "tier": "edge" },
      "given": { "down": ["aws", "aws/1"], "degraded": ["constructor/0"], "drain": ["dc"] },
      "expect": { "route": "rest", "clusters": { "aws": 0.5, "dc": 0.5 }, "request": { "method": "POST", "url": "x", "headers": { "x-a": "1", "x-b": null } } } },
    { "name": "t", "request": { "url": "https://[::1]" }, "from": "region=eu,ip=203.0.113.7", "given": {}, "expect": { "route": null, "response": { "status": 404, "code": "no_route", "headers": { "x": null } } } },
    { "name": "thirds, rounded up", "request": { "url": "https://a/" }, "expect": { "clusters": { "aws": 0.333334, "dc": 0.333334, "shadow": 0.333334 } } },
    { "name": "nothing of its own is enough", "request": { "url": "https://a" }, "from": {}, "expect": { "response": {} } }
  ]
}`;
