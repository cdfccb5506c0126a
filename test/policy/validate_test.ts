import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatFinding } from "../../src/policy/finding.ts";
import { policySchema } from "../../src/policy/schema/policy.ts";
import { parseDocument } from "../../src/policy/text.ts";
import { type Target, validate } from "../../src/policy/validate.ts";
import { everything } from "./_everything.ts";

const smallest = `{
  "clusters": {
    "aws": { "location": "public",  "endpoints": ["https://shop.aws.example.com"] },
    "dc":  { "location": "private", "endpoints": ["http://10.0.3.7:8080", "http://10.0.3.8:8080"] },
    "pop": { "location": "edge",    "endpoints": ["https://shop.pop.example.com"] }
  },
  "routes": [
    { "name": "shop", "match": { "path": "/shop/*" }, "split": { "aws": 80, "dc": 20 }, "failover": ["pop"] }
  ]
}`;

const codes = (text: string, target?: Target): string[] =>
  validate(text, target ? { target } : {}).findings.map((it) => `${it.code} ${it.path}`);

Deno.test("validate: the smallest policy is valid, a private cluster without via is warned about", () => {
  const result = validate(smallest);
  assert.deepEqual(result.policy, JSON.parse(smallest));
  assert.deepEqual(codes(smallest), ["LIM103 clusters.dc"]);
  assert.deepEqual(codes(smallest, "cloudflare"), ["LIM103 clusters.dc"]);
  assert.deepEqual(codes(smallest, "deno"), []);
});

Deno.test("validate: every field of the schema at once is valid, each platform warns of its own", () => {
  const hosts = [
    "LIM105 clusters.constructor.host",
    "LIM105 clusters.dc.host",
    "LIM105 routes[0].rewrite.host",
  ];
  const result = validate(everything);
  assert.notEqual(result.policy, null, JSON.stringify(result.findings, null, 1));
  const twice = "LIM128 routes[0].retry.methods[0]";
  assert.deepEqual(codes(everything, "deno"), ["LIM104 clusters.aws.via", twice]);
  assert.deepEqual(codes(everything, "cloudflare").sort(), ["LIM103 clusters.dc", ...hosts, twice]);
  assert.deepEqual(codes(everything).length, 6);
  assert.ok(policySchema.safeParse(parseDocument(everything)).success);
});

Deno.test("validate: everything at once, in the order of the text, whatever else is wrong", () => {
  const text = `{
  "clusters": {
    "aws": { "location": "publc", "endpoints": ["a.example.com", { "url": "https://b.example/x", "weigth": 2 }, 5] },
    "dc": { "location": "edge", "endpoints": [] }
  },
  "routs": [],
  "routes": [
    { "name": "a", "split": { "awss": 80, "dc": "20" }, "tmeout": "5s", "headers": { "request": { "set": { "Host": "x" } } } },
    { "nme": "b", "to": "dc", "redirect": { "status": 300 }, "hosts": ["a.b", 5, "c:80"] },
    7
  ]
}`;
  const { findings } = validate(text, { target: "deno" });
  assert.deepEqual(
    findings.map((it) => formatFinding("p", it)),
    [
      'p:3:5 LIM102 clusters.aws: no route uses "aws"',
      'p:3:26 LIM013 clusters.aws.location: expected "public", "private" or "edge", found the string "publc", did you mean "public"?',
      'p:3:49 LIM034 clusters.aws.endpoints[0]: write it with its scheme, as in "https://a.example.com"',
      "p:3:75 LIM034 clusters.aws.endpoints[1].url: leave out the path: a route's rewrite.path changes the path",
      'p:3:98 LIM010 clusters.aws.endpoints[1].weigth: unknown key "weigth", did you mean "weight"?',
      "p:3:113 LIM012 clusters.aws.endpoints[2]: expected a string or { url, … }, found the number 5",
      "p:4:46 LIM109 clusters.dc.endpoints: no request can be sent here",
      'p:6:3 LIM010 routs: unknown key "routs", did you mean "routes"?',
      'p:8:31 LIM020 routes[0].split.awss: there is no cluster "awss", did you mean "aws"?',
      'p:8:49 LIM012 routes[0].split.dc: expected a number, found the string "20"',
      'p:8:57 LIM010 routes[0].tmeout: unknown key "tmeout", did you mean "timeout"?',
      "p:8:108 LIM038 routes[0].headers.request.set.Host: \"Host\" can't be edited: use rewrite.host, or the cluster's host",
      'p:9:7 LIM010 routes[1].nme: unknown key "nme", did you mean "name"?',
      'p:9:31 LIM024 routes[1].redirect: "to" already says what happens: a route has one action',
      "p:9:55 LIM013 routes[1].redirect.status: expected 301, 302, 303, 307 or 308, found the number 300",
      "p:9:79 LIM012 routes[1].hosts[1]: expected a string, found the number 5",
      "p:9:82 LIM033 routes[1].hosts[2]: leave out the port: only the host belongs here",
      "p:10:5 LIM012 routes[2]: expected { name, … }, found the number 7",
    ].map((line) => line),
  );
});

/** Legal, and not to be warned about: each would be a nuisance. */
const quiet: readonly { name: string; routes: string }[] = [
  { name: "a redirect to https", routes: '{ "name": "r", "redirect": { "scheme": "https" } }' },
  {
    name: "a redirect out of its own prefix",
    routes:
      '{ "name": "r", "match": { "path": "/a/*" }, "redirect": { "path": { "prefix": "/b" } } }',
  },
  {
    name: "a redirect below its own prefix that another route takes",
    routes:
      '{ "name": "r", "match": { "path": "/a/*" }, "redirect": { "path": { "prefix": "/a/b" } } }, { "name": "s", "match": { "path": "/a/b/*" }, "to": "aws" }',
  },
  {
    name: "the more specific route behind the less specific one",
    routes:
      '{ "name": "r", "to": "aws" }, { "name": "s", "match": { "path": "/a" }, "to": "aws" }, { "name": "t", "match": { "path": "/a", "headers": { "x": "1" } }, "to": "aws" }',
  },
  {
    name: "one path with other methods",
    routes:
      '{ "name": "r", "match": { "path": "/a", "method": "GET" }, "to": "aws" }, { "name": "s", "match": { "path": "/a", "method": ["GET", "PUT"] }, "to": "aws" }',
  },
  {
    name: "a route of higher precedence that takes only a part",
    routes:
      '{ "name": "r", "precedence": 1, "match": { "path": "/a/*", "query": { "x": "1" } }, "to": "aws" }, { "name": "s", "match": { "path": "/a/b" }, "to": "aws" }',
  },
  {
    name: "a sticky canary of weight 0",
    routes: '{ "name": "r", "split": { "aws": 1, "pop": 0 }, "sticky": { "ip": true } }',
  },
  {
    name: "all weights 0 with failover",
    routes: '{ "name": "r", "split": { "aws": 0 }, "failover": ["pop"] }',
  },
  {
    name: "failover to a member of the split",
    routes: '{ "name": "r", "split": { "aws": 1, "pop": 1 }, "failover": ["pop", "aws"] }',
  },
  {
    name: "nearest with coordinates, and failover of it",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "nearest": ["big", "far"], "failover": ["pop"], "sticky": { "ip": true } }',
  },
  {
    name: "a capacity that the split's other members relieve",
    routes: '{ "name": "r", "match": { "path": "/a" }, "split": { "big": 1, "far": 1 } }',
  },
  {
    name: "a capacity that a failover cluster relieves",
    routes: '{ "name": "r", "match": { "path": "/a" }, "to": "big", "failover": ["big", "pop"] }',
  },
  {
    name: "a capacity where no weight is",
    routes: '{ "name": "r", "match": { "path": "/a" }, "split": { "pop": 1, "big": 0 } }',
  },
  {
    name: "a mirror to a failover cluster",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "failover": ["pop"], "mirror": { "cluster": "pop", "percent": 0.1 } }',
  },
  {
    name: "a hedge shorter than all that ends a try",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "timeout": "3s", "retry": { "perTryTimeout": "2s" }, "hedge": { "after": "1999ms" } }',
  },
  {
    name: "a hedge where there is no timeout at all",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "timeout": "0s", "idleTimeout": "1h", "hedge": { "after": "5s" } }',
  },
  {
    name: "a hedge for one of two methods",
    routes:
      '{ "name": "r", "match": { "path": "/a", "method": ["POST", "GET"] }, "to": "aws", "hedge": { "after": "5s" } }',
  },
  {
    name: "a POST that is sent again when it surely was not carried out",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "retry": { "methods": ["POST"], "on": ["connect-failure", "retriable-4xx", 429] } }',
  },
  {
    name: "a POST that may be sent again, and never is",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "retry": { "methods": ["POST"], "attempts": 0 } }',
  },
  {
    name: "retry conditions that hold for one of two methods, or need none",
    routes:
      '{ "name": "r", "match": { "path": "/a", "method": ["POST", "GET"] }, "to": "aws", "retry": { "on": ["5xx"] } }, { "name": "s", "match": { "path": "/b", "method": "POST" }, "to": "aws", "retry": { "on": ["connect-failure"] } }',
  },
  {
    name: "tries that fit, or that nobody counts",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "timeout": "6001ms", "retry": { "attempts": 3, "perTryTimeout": "2s" } }, { "name": "s", "match": { "path": "/b" }, "to": "aws", "timeout": "3s", "retry": { "perTryTimeout": "2s" } }, { "name": "t", "match": { "path": "/c" }, "to": "aws", "timeout": "3s", "retry": { "attempts": 5, "perTryTimeout": "2s", "on": [503] } }',
  },
  {
    name: "tries that overlap, or may take for ever",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "timeout": "3s", "retry": { "attempts": 5, "perTryTimeout": "2s" }, "hedge": { "after": "1s" } }, { "name": "s", "match": { "path": "/b" }, "to": "aws", "timeout": "0s", "retry": { "attempts": 5, "perTryTimeout": "2s" } }',
  },
  {
    name: "uneven splits that are no trial",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "split": { "aws": 80, "pop": 20 } }, { "name": "s", "match": { "path": "/b" }, "split": { "aws": 70, "pop": 20, "far": 10 } }, { "name": "t", "match": { "path": "/c" }, "split": { "aws": 90, "pop": 10 }, "sticky": { "ip": true } }, { "name": "u", "match": { "path": "/d" }, "split": { "aws": 100, "pop": 0 } }',
  },
  {
    name: "failover that is large enough, or of unknown size",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "aws", "failover": ["big"] }, { "name": "s", "match": { "path": "/b" }, "to": "big", "failover": ["pop", "big"] }, { "name": "t", "match": { "path": "/c" }, "split": { "pop": 1, "big": 0 }, "failover": ["big"] }',
  },
  {
    name: "a promise that a region and a location keep",
    routes:
      '{ "name": "r", "match": { "path": "/a" }, "to": "near-one", "failover": ["big"], "mirror": { "cluster": "far" }, "confine": { "locations": ["edge"] } }, { "name": "s", "match": { "path": "/b" }, "to": "near-one", "confine": { "regions": ["*-1", "eu-2"], "locations": ["private", "edge"] } }',
  },
  {
    name: "slashes, escapes and dots in paths",
    routes: '{ "name": "r", "match": { "path": "/a//b/%2F/...x/~;,=:@!$&()+" }, "to": "aws" }',
  },
];

for (const { name, routes } of quiet) {
  Deno.test(`validate: nothing to say about ${name}`, () => {
    const text = `{
      "clusters": {
        "aws": { "location": "public", "endpoints": ["https://a.example.com", "http://127.0.0.1:1234", "http://localhost"] },
        "pop": { "location": "edge", "endpoints": ["https://pop.example.com"] },
        "big": { "location": "edge", "coordinates": [0, 0], "endpoints": ["https://big.example.com"], "capacity": { "requestsPerSecond": 0.5 }, "outlierDetection": false },
        "far": { "location": "edge", "coordinates": [90, -180], "endpoints": ["https://far.example.com"] },
        "near-one": { "location": "edge", "region": "eu-1", "endpoints": ["https://e.example.com", { "url": "https://f.example.com", "region": "eu-2", "weight": 0 }] }
      },
      "routes": [${routes}, { "name": "use", "hosts": ["use.example"], "split": { "aws": 1, "pop": 1, "big": 1, "far": 1, "near-one": 1 } }]
    }`;
    assert.deepEqual(codes(text), []);
  });
}

/** Cluster settings that are as they should be; five endpoints unless they say otherwise. */
const quietClusters: readonly { name: string; fields: string }[] = [
  {
    // 3 of 5 may go: 40 % are left, below 41, and 140 × 2 / 5 is 56.
    name: "a panic threshold that can just be met",
    fields:
      '"loadBalancing": { "panicThreshold": 41 }, "outlierDetection": { "maxEjectionPercent": 60 }',
  },
  {
    name: "a panic threshold where health checks have no cap",
    fields:
      '"loadBalancing": { "panicThreshold": 1 }, "healthCheck": { "path": "/" }, "outlierDetection": { "maxEjectionPercent": 20 }',
  },
  {
    name: "no panic",
    fields: '"loadBalancing": { "panicThreshold": 0 }, "outlierDetection": false',
  },
  {
    name: "a panic threshold that nobody wrote",
    fields: '"outlierDetection": { "maxEjectionPercent": 20 }',
  },
  {
    // 2 of 5 in all, and nobody knows how few are in one level: with 100 % they can't carry all.
    name: "a panic threshold where levels depend on the caller",
    fields:
      '"loadBalancing": { "panicThreshold": 30, "overprovisioning": 100, "locality": {} }, "outlierDetection": { "maxEjectionPercent": 40 }',
  },
  {
    name: "detection by rates alone",
    fields:
      '"loadBalancing": { "locality": {} }, "outlierDetection": { "consecutive5xx": 0, "failurePercentage": {} }',
  },
  {
    name: "detection by local-origin errors alone",
    fields:
      '"loadBalancing": { "locality": {} }, "outlierDetection": { "consecutive5xx": 0, "consecutiveLocalOriginErrors": 1 }',
  },
  {
    name: "locality by health checks alone",
    fields:
      '"loadBalancing": { "locality": {} }, "healthCheck": { "path": "/" }, "outlierDetection": false',
  },
  {
    name: "distribute that nothing watches, the narrower rules first",
    fields:
      '"region": "a", "zone": "b", "outlierDetection": false, "loadBalancing": { "locality": { "distribute": [{ "from": "a/b/c", "to": { "a/b": 100 } }, { "from": "a/b/*", "to": { "a/b/*": 0, "a/*": 100 } }, { "from": "a", "to": { "c": 0, "*": 100 } }] } }',
  },
  {
    name: "the cluster's region said again, without the zone",
    fields:
      '"region": "a", "zone": "a1", "endpoints": ["https://a.b", { "url": "https://b.b", "region": "a" }]',
  },
  {
    name: "failover both ways",
    fields:
      '"loadBalancing": { "locality": { "failover": [{ "from": "a", "to": "b" }, { "from": "b", "to": "a" }] } }',
  },
  {
    name: "slow start",
    fields: '"loadBalancing": { "algorithm": "round-robin", "slowStart": "1ms" }',
  },
  {
    name: "a health check more often than the usual timeout",
    fields: '"healthCheck": { "path": "/", "interval": "100ms" }',
  },
  {
    name: "a health check without jitter, as long as its interval",
    fields:
      '"healthCheck": { "path": "/", "interval": "2s", "timeout": "2s", "noTrafficInterval": "24h", "jitter": "0s", "headers": { "a": "secret:_A1", "b": "secrets", "c": "" } }',
  },
];

for (const { name, fields } of quietClusters) {
  Deno.test(`validate: nothing to say about ${name}`, () => {
    const five = Array.from({ length: 5 }, (_, i) => `"https://e${i}.example.com"`);
    const endpoints = fields.includes('"endpoints"') ? "" : `"endpoints": [${five}],`;
    const text = `{
      "clusters": { "c": { "location": "edge", ${endpoints} ${fields} } },
      "routes": [{ "name": "r", "to": "c" }]
    }`;
    assert.deepEqual(codes(text), []);
  });
}

Deno.test("validate: a level of its own can be emptied, though the cluster as a whole is not", () => {
  const policy = (cap: number): string =>
    `{ "clusters": { "c": { "location": "edge", "endpoints": [
      "https://a.b", { "url": "https://b.b", "priority": 1 }, { "url": "https://c.b", "priority": 1 }, { "url": "https://d.b", "weight": 0 }
    ], "loadBalancing": { "panicThreshold": 1 }, "outlierDetection": { "maxEjectionPercent": ${cap} } } },
    "routes": [{ "name": "r", "to": "c" }] }`;
  // 2 of 4: the first level empty and 1 of the second left, 140 / 2 = 70.
  assert.deepEqual(codes(policy(50)), []);
  // 1 of 4: one level is whole whatever happens, and can carry it all.
  assert.deepEqual(codes(policy(49)), ["LIM114 clusters.c.loadBalancing.panicThreshold"]);
});

Deno.test("validate: what the route says of time and tries wins over what defaults say", () => {
  const policy = (defaults: string, route: string): string =>
    `{ "clusters": { "c": { "location": "edge", "endpoints": ["https://a.b", "https://b.b"] } },
    "defaults": { ${defaults} }, "routes": [{ "name": "r", "to": "c", ${route} }] }`;
  const hedge = '"hedge": { "after": "5s" }';
  const TWICE = "LIM128 defaults.retry.methods[0]";
  const rows: [defaults: string, route: string, want: string[]][] = [
    [hedge, '"timeout": "4s"', []],
    [hedge, '"retry": { "attempts": 0 }', []],
    [hedge, '"hedge": false', []],
    ['"retry": { "attempts": 0 }', `"retry": { "attempts": 1 }, ${hedge}`, []],
    ['"retry": { "methods": ["POST"] }', `"match": { "method": "POST" }, ${hedge}`, [TWICE]],
    [
      '"retry": { "methods": ["POST"] }',
      `"match": { "method": "POST" }, "retry": { "methods": [] }, ${hedge}`,
      [TWICE, "LIM120 routes[0].hedge"],
    ],
    [
      '"retry": { "methods": ["POST"], "on": ["connect-failure"] }, "hedge": { "after": "1s" }',
      '"hedge": false, "retry": { "methods": ["POST"] }',
      [TWICE],
    ],
    ['"timeout": "3s"', '"retry": { "attempts": 9 }', []],
    ['"timeout": "3s", "retry": { "attempts": 2, "perTryTimeout": "2s" }', '"timeout": "9s"', [
      "LIM132 defaults.retry.attempts",
    ]],
    ['"timeout": "3s"', `"timeout": "6s", ${hedge}`, []],
    ['"idleTimeout": "5s"', '"idleTimeout": "0s"', []],
    ['"idleTimeout": "5s"', '"timeout": "3s"', []],
    ['"timeout": "3s"', '"idleTimeout": "3s"', ["LIM122 routes[0].idleTimeout"]],
    ['"timeout": "3s"', '"timeout": "0s", "idleTimeout": "3s"', []],
  ];
  for (const [defaults, route, want] of rows) {
    assert.deepEqual(codes(policy(defaults, route)), want, `${defaults} under ${route}`);
  }
});

Deno.test("validate: an interval of no time is one mistake, not two", () => {
  const text = `{ "clusters": { "c": { "location": "edge", "endpoints": ["https://a.b"],
    "healthCheck": { "path": "/", "interval": "0s", "timeout": "0s" } } },
    "routes": [{ "name": "r", "to": "c" }] }`;
  assert.deepEqual(new Set(codes(text).map((it) => it.slice(0, 6))), new Set(["LIM044"]));
});

Deno.test("validate: a trusted proxy may say what a fault is", () => {
  const policy = (trust: string): string =>
    `{ "clusters": { "c": { "location": "edge", "endpoints": ["https://a.b"] } },
    "routes": [{ "name": "r", "to": "c", "fault": { "delay": {}, "abort": {} } }], "trust": ${trust} }`;
  assert.deepEqual(codes(policy('{ "proxies": ["10.0.0.0/8"] }')), []);
  assert.deepEqual(codes(policy('{ "proxies": [] }')), [
    "LIM062 routes[0].fault.delay",
    "LIM062 routes[0].fault.abort",
  ]);
});

Deno.test("validate: what can't be a name is not looked up as one too", () => {
  const text = '{ "clusters": {}, "routes": [{ "name": "r", "split": { "A B": 1, "b": 1 } }] }';
  assert.deepEqual(codes(text), ['LIM014 routes[0].split["A B"]', "LIM020 routes[0].split.b"]);
});

Deno.test("validate: thousands of findings end in a note, errors are never lost behind warnings", () => {
  const clusters = Array.from(
    { length: 3000 },
    (_, i) => `"c${i}": { "location": "edge", "endpoints": [] }`,
  );
  const { policy, findings } = validate(
    `{ "clusters": { ${clusters} }, "routes": [{ "name": "r" }] }`,
  );
  assert.equal(policy, null);
  assert.ok(findings.some(({ code }) => code === "LIM023"));
  assert.equal(findings.length, 1002);
  assert.equal(findings.at(-1)!.code, "LIM199");
  assert.match(findings.at(-1)!.message, /^5000 /);
});

// --- Whatever the text

const checkPositions = (text: string): void => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const { policy, findings } = validate(text);
  assert.equal(policy === null, findings.some(({ severity }) => severity === "error"));
  for (const { line, column, path, code, message } of findings) {
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `${code} column ${column}`);
    assert.ok(path !== "" && message !== "");
  }
};

Deno.test("validate: any text gets an answer", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), checkPositions));
});

Deno.test("validate: any JSON gets an answer", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), checkPositions));
});

const keys = [...everything.matchAll(/"([\w$-]+)":/g)].map(([, key]) => key!);

/** JSON made of the schema's own keys: gets far deeper into it than random keys do. */
const familiar = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(
      null,
      true,
      false,
      0,
      1,
      -1,
      1.5,
      300,
      "",
      "/a/*",
      "aws",
      "5s",
      "0s",
      "64KiB",
      "GET",
      "*.a.b",
      "\\9",
      "(",
      "https://a.b:1",
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys, "__proto__", "toString", "x y"), tie("value"), {
      maxKeys: 5,
    }),
  ),
})).value;

Deno.test("validate: what lies below a reserved key is refused by its key, and not looked at", () => {
  for (
    const text of [
      '{ "clusters": { "__proto__": { "endpoints": "aws" } }, "routes": [] }',
      '{ "clusters": {}, "routes": [{ "name": "r", "split": { "__proto__": "x" } }] }',
      '{ "clusters": {}, "routes": [], "trust": { "clientHeaders": { "__proto__": [] } } }',
    ]
  ) {
    checkPositions(text);
    assert.ok(validate(text).findings.some(({ code }) => code === "LIM005"), text);
  }
});

Deno.test("validate: any JSON of the schema's own keys gets an answer that agrees with the schema", () => {
  const schemaCodes = /^LIM01\d/;
  fc.assert(
    fc.property(familiar, familiar, (clusters, routes) => {
      const document = { clusters, routes };
      const text = JSON.stringify(document, null, 1);
      checkPositions(text);
      const refused = validate(text).findings.some(({ code }) =>
        schemaCodes.test(code) || code === "LIM005"
      );
      if (!policySchema.safeParse(document).success) assert.ok(refused);
    }),
    { numRuns: 500 },
  );
});

Deno.test("validate: a valid policy with one value or one character changed gets an answer", () => {
  const base = parseDocument(everything);
  const paths: (string | number)[][] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    paths.push(path);
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (value && typeof value === "object") {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    }
  };
  walk(base, []);
  fc.assert(
    fc.property(fc.constantFrom(...paths.slice(1)), familiar, (path, value) => {
      const copy = structuredClone(base) as Record<string | number, unknown>;
      const parent = path.slice(0, -1).reduce((at, key) => at[key] as typeof copy, copy);
      parent[path.at(-1)!] = value;
      checkPositions(JSON.stringify(copy, null, 1));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(
      fc.nat(everything.length),
      fc.nat(3),
      fc.constantFrom(
        "",
        "{",
        "}",
        "[",
        "]",
        '"',
        ",",
        ":",
        "/",
        "*",
        "\\",
        "\n",
        "0",
        "é",
        "\ud800",
      ),
      (at, gone, put) =>
        checkPositions(everything.slice(0, at) + put + everything.slice(at + gone)),
    ),
    { numRuns: 1000 },
  );
});

const size = 4 * 1024 * 1024;
const fill = (text: string): string => text.repeat(Math.floor(size / text.length));
const routesOf = (one: (index: number) => string, count: number): string =>
  `{ "clusters": { "c": { "location": "edge", "endpoints": ["https://a.b"] } }, "routes": [${
    Array.from({ length: count }, (_, i) => one(i)).join(",\n")
  }] }`;

const large: readonly { name: string; text: string }[] = [
  { name: "brackets", text: fill("[") },
  { name: "braces with keys", text: fill('{"a":') },
  { name: "commas", text: fill(",") },
  { name: "quotes", text: fill('"') },
  { name: "backslashes in a string", text: `"${fill("\\")}` },
  { name: "spaces", text: fill(" ") },
  { name: "lines", text: fill("\n,") },
  { name: "slashes", text: fill("/") },
  { name: "an open comment", text: `/*${fill("* ")}` },
  { name: "a number", text: fill("1") },
  { name: "values", text: `[${fill("1,")}1]` },
  { name: "wrong routes", text: `{"clusters":{},"routes":[${"1,".repeat(400_000)}1]}` },
  { name: "one key", text: `{"clusters":{"${fill("a")}":1},"routes":[]}` },
  { name: "one key again and again", text: `{${'"a":1,'.repeat(400_000)}"a":1}` },
  {
    name: "one path",
    text: routesOf(() => `{"name":"r","to":"c","match":{"path":"${fill("/a")}"}}`, 1),
  },
  { name: "one host", text: routesOf(() => `{"name":"r","to":"c","hosts":["${fill("a.")}"]}`, 1) },
  {
    name: "one route",
    text: routesOf(
      (i) => `{"name":"r${i}","to":"cc","match":{"path":"/a","headers":{"x":"${i}"}}}`,
      50_000,
    ),
  },
  {
    name: "nested precedences",
    text: routesOf(
      (i) =>
        `{"name":"r${i}","to":"c","precedence":${i},"hosts":["a${i}.b.c.d"],"match":{"path":"/a/b/c/d/e/f/${i}/*","query":{"a":"1","b":"2","c":"3","d":"${i}"}}}`,
      25_000,
    ),
  },
  {
    name: "regexes",
    text: routesOf(
      (i) => `{"name":"r${i}","to":"c","match":{"path":{"regex":"/a/b${i}.*"}}}`,
      40_000,
    ),
  },
  { name: "unknown clusters", text: routesOf((i) => `{"name":"r${i}","to":"d${i}"}`, 80_000) },
];

for (const { name, text } of large) {
  Deno.test(`validate: 4 MiB of ${name} get an answer`, () => checkPositions(text));
}
