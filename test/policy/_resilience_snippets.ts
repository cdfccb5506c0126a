/** Bad snippets about balancing, health and faults; as in `_snippets.ts`. */
import { cluster, route, type Snippet, trustObject } from "./_snippet.ts";

const c = "clusters.c";
const r = "routes[1]";

/** A cluster with `count` endpoints and these fields, quiet but for what they say. */
const sized = (count: number, fields: string): string =>
  cluster(
    `"location": "edge", "endpoints": [${
      Array.from({ length: count }, (_, i) => `"https://e${i}.example.com"`)
    }], ${fields}`,
  );
const one = (fields: string): string => sized(1, fields);
const balanced = (fields: string, count = 5, rest = ""): string =>
  sized(count, `"loadBalancing": { ${fields} }${rest}`);
const locality = (fields: string): string => balanced(`"locality": { ${fields} }`);
const distribute = (entries: string): string => locality(`"distribute": [${entries}]`);
const checked = (fields: string): string => one(`"healthCheck": { "path": "/h", ${fields} }`);

const L = `${c}.loadBalancing.locality`;
const O = `${c}.outlierDetection`;
const H = `${c}.healthCheck`;

/** A route beside one more cluster, `dc`. */
const withDc = (fields: string, routeFields: string): string =>
  route(routeFields).replace(
    '"pop": {',
    `"dc": { "location": "edge", "endpoints": ["https://d.b"], ${fields} }, "pop": {`,
  );

/** What the schema alone refuses. */
const shapes: readonly Snippet[] = [
  { rule: "wrongType", path: `${c}.coordinates`, text: one('"coordinates": ‸"38.9,-77.4"') },
  { rule: "badValue", path: `${c}.coordinates`, text: one('"coordinates": ‸[38.9]') },
  { rule: "badValue", path: `${c}.coordinates`, text: one('"coordinates": ‸[38.9, -77.4, 3]') },
  { rule: "badValue", path: `${c}.coordinates[0]`, text: one('"coordinates": [‸139.7, 35.6]') },
  { rule: "badValue", path: `${c}.coordinates[1]`, text: one('"coordinates": [35.6, ‸180.1]') },
  { rule: "wrongType", path: `${c}.coordinates[1]`, text: one('"coordinates": [1, ‸"2"]') },
  ...["us-east/1", "*", " ", "", " us"].map((region): Snippet => ({
    rule: "badValue",
    path: `${c}.region`,
    text: one(`"region": ‸"${region}"`),
  })),
  {
    rule: "badValue",
    path: `${c}.endpoints[0].subzone`,
    text: cluster(
      '"location": "edge", "endpoints": [{ "url": "https://a.b", "subzone": ‸"a/b" }]',
    ),
  },
  {
    rule: "badName",
    path: `${c}.endpoints[0].labels["a=b"]`,
    text: cluster(
      '"location": "edge", "endpoints": [{ "url": "https://a.b", "labels": { ‸"a=b": "c" } }]',
    ),
  },
  {
    rule: "badValue",
    path: `${c}.endpoints[0].labels.a`,
    text: cluster(
      '"location": "edge", "endpoints": [{ "url": "https://a.b", "labels": { "a": ‸"b,c" } }]',
    ),
  },
  {
    rule: "badValue",
    path: `${c}.loadBalancing.panicThreshold`,
    text: balanced('"panicThreshold": ‸101'),
  },
  {
    rule: "badValue",
    path: `${c}.loadBalancing.slowStart.aggression`,
    text: balanced('"slowStart": { "window": "30s", "aggression": ‸0 }'),
  },
  {
    rule: "missingKey",
    path: `${c}.loadBalancing.slowStart.window`,
    text: balanced('"slowStart": ‸{ "aggression": 1 }'),
  },
  {
    rule: "badValue",
    path: `${L}.failoverPriority[0]`,
    text: locality('"failoverPriority": [‸"="]'),
  },
  { rule: "badValue", path: `${L}.distribute`, text: locality('"distribute": ‸[]') },
  { rule: "badValue", path: `${H}.path`, text: one('"healthCheck": { "path": ‸"healthz" }') },
  { rule: "missingKey", path: `${H}.path`, text: one('"healthCheck": ‸{ "interval": "5s" }') },
  { rule: "badValue", path: `${H}.expect`, text: checked('"expect": ‸[]') },
  { rule: "badValue", path: `${H}.expect[0]`, text: checked('"expect": [‸600]') },
  { rule: "badValue", path: `${H}.unhealthyThreshold`, text: checked('"unhealthyThreshold": ‸0') },
  {
    rule: "badValue",
    path: `${O}.failurePercentage.threshold`,
    text: one('"outlierDetection": { "failurePercentage": { "threshold": ‸0 } }'),
  },
  {
    rule: "badValue",
    path: `${O}.failurePercentage.threshold`,
    text: one('"outlierDetection": { "failurePercentage": { "threshold": ‸100.5 } }'),
  },
  {
    rule: "badValue",
    path: `${c}.circuitBreaker.maxRequests`,
    text: one('"circuitBreaker": { "maxRequests": ‸0 }'),
  },
  {
    rule: "badValue",
    path: `${c}.capacity.requestsPerSecond`,
    text: one('"capacity": { "requestsPerSecond": ‸0 }'),
  },
  { rule: "badValue", path: `${r}.nearest`, text: route('"nearest": ‸[]') },
  { rule: "wrongType", path: `${r}.hedge`, text: route('"to": "aws", "hedge": ‸"200ms"') },
  { rule: "badValue", path: `${r}.hedge`, text: route('"to": "aws", "hedge": ‸true') },
  {
    rule: "missingKey",
    path: `${r}.hedge.after`,
    text: route('"to": "aws", "hedge": ‸{ "max": 1 }'),
  },
  {
    rule: "badValue",
    path: `${r}.retry.methods[0]`,
    text: route('"to": "aws", "retry": { "methods": [‸"post"] }'),
  },
  {
    rule: "badValue",
    path: `${r}.mirror[0].percent`,
    text: route('"to": "aws", "mirror": [{ "cluster": "pop", "percent": ‸100.1 }]'),
  },
  {
    rule: "unknownKey",
    path: `${r}.fault.delay.percentage`,
    text: route('"to": "aws", "fault": { "delay": { "for": "1s", ‸"percentage": 1 } }'),
  },
  {
    rule: "badValue",
    path: `${r}.fault.abort.status`,
    text: route('"to": "aws", "fault": { "abort": { "status": ‸99 } }'),
  },
  {
    rule: "unknownKey",
    path: "trust.clientHeaders.contry",
    text: trustObject('"clientHeaders": { ‸"contry": "x" }'),
  },
];

/** Codes that others have, too. */
const shared: readonly Snippet[] = [
  ...["nearest", "fastest"].flatMap((action): Snippet[] => [
    {
      rule: "unknownCluster",
      path: `${r}.${action}[1]`,
      text: route(`"${action}": ["aws", ‸"awss"]`),
    },
    {
      rule: "duplicateCluster",
      path: `${r}.${action}[1]`,
      text: route(`"${action}": ["aws", ‸"aws"]`),
    },
    {
      rule: "severalActions",
      path: `${r}.${action}`,
      text: route(`"to": "aws", ‸"${action}": ["aws", "pop"]`),
    },
  ]),
  {
    rule: "unknownCluster",
    path: `${r}.mirror[0].cluster`,
    text: route('"to": "aws", "mirror": [{ "cluster": ‸"popp" }]'),
  },
  {
    rule: "unknownCluster",
    path: `${r}.mirror.cluster`,
    text: route('"to": "aws", "mirror": { "cluster": ‸"popp" }'),
  },
  {
    rule: "duplicateCluster",
    path: `${r}.mirror[1].cluster`,
    text: route('"to": "aws", "mirror": [{ "cluster": "pop" }, { "cluster": ‸"pop" }]'),
  },
  ...["interval", "timeout", "noTrafficInterval"].map((field): Snippet => ({
    rule: "zeroDuration",
    path: `${H}.${field}`,
    text: checked(`"${field}": ‸"0s"`),
  })),
  {
    rule: "zeroDuration",
    path: `${c}.loadBalancing.slowStart`,
    text: balanced('‸"slowStart": "0s"').replace('‸"slowStart": ', '"slowStart": ‸'),
  },
  {
    rule: "zeroDuration",
    path: `${c}.loadBalancing.slowStart.window`,
    text: balanced('"slowStart": { "window": ‸"0s" }'),
  },
  {
    rule: "zeroDuration",
    path: `${r}.idleTimeout`,
    text: route('"to": "aws", "idleTimeout": ‸"0s"'),
  },
  {
    rule: "zeroDuration",
    path: "defaults.idleTimeout",
    text: '{ "clusters": {}, "routes": [], "defaults": { "idleTimeout": ‸"0s" } }',
  },
  {
    rule: "zeroDuration",
    path: `${r}.hedge.after`,
    text: route('"to": "aws", "hedge": { "after": ‸"0ms" }'),
  },
  {
    rule: "zeroDuration",
    path: `${r}.fault.delay.for`,
    text: route('"to": "aws", "fault": { "delay": { "for": ‸"0s" } }'),
  },
  {
    rule: "forbiddenHeader",
    path: `${H}.headers.Host`,
    text: checked('"headers": { ‸"Host": "a.b" }'),
  },
  {
    rule: "duplicateHeader",
    path: `${H}.headers.X-a`,
    text: checked('"headers": { "x-a": "1", ‸"X-a": "2" }'),
  },
  {
    rule: "duplicateHeader",
    path: "trust.clientHeaders.longitude",
    text: trustObject('"clientHeaders": { "latitude": "x-at", "longitude": ‸"X-At" }'),
  },
  ...["idleTimeout", "hedge", "mirror", "fault"].flatMap((field) =>
    ['"respond": { "status": 200 }', '"redirect": { "status": 301 }'].map((action): Snippet => ({
      rule: "noEffect",
      path: `${r}.${field}`,
      text: route(`${action}, ‸"${field}": {}`),
    }))
  ),
  {
    rule: "stickyWithoutChoice",
    path: `${r}.sticky`,
    text: withDc('"coordinates": [0, 0]', '"nearest": ["dc"], ‸"sticky": { "ip": true }'),
  },
];

const places: readonly Snippet[] = [
  ...["failover", "failoverPriority"].map((field): Snippet => ({
    rule: "localityConflict",
    path: `${L}.${field}`,
    text: locality(
      `"distribute": [{ "from": "*", "to": { "*": 100 } }], ‸"${field}": ${
        field === "failover" ? "[]" : '["zone"]'
      }`,
    ),
  })),
  ...["", "us east /*", "*/a", "a/*/b", "a//b", "a/b/c/d", "a*", "/a"].map((from): Snippet => ({
    rule: "badPlace",
    path: `${L}.distribute[0].from`,
    text: distribute(`{ "from": ‸"${from}", "to": { "*": 100 } }`),
  })),
  {
    rule: "badPlace",
    path: `${L}.distribute[0].to["a/"]`,
    text: distribute('{ "from": "*", "to": { ‸"a/": 100 } }'),
  },
  {
    rule: "distributeSum",
    path: `${L}.distribute[1].to`,
    text: distribute(
      '{ "from": "a", "to": { "*": 100 } }, { "from": "b", "to": ‸{ "a": 80, "b": 19 } }',
    ),
  },
  {
    rule: "distributeSum",
    path: `${L}.distribute[0].to`,
    text: distribute('{ "from": "a", "to": ‸{} }'),
  },
  ...[["a", "a/*"], ["a/*", "a/b"], ["*", "a/b/c"], ["a/b/*", "a/b"]].map((
    [before, after],
  ): Snippet => ({
    rule: "coveredRule",
    path: `${L}.distribute[1].from`,
    text: distribute(
      `{ "from": "${before}", "to": { "*": 100 } }, { "from": ‸"${after}", "to": { "*": 100 } }`,
    ),
  })),
  {
    rule: "coveredRule",
    path: `${L}.distribute[0].to["a/b"]`,
    text: distribute('{ "from": "*", "to": { "a/*": 50, ‸"a/b": 50 } }'),
  },
  {
    rule: "coveredRule",
    path: `${L}.failover[1].from`,
    text: locality('"failover": [{ "from": "a", "to": "b" }, { "from": ‸"a", "to": "c" }]'),
  },
  {
    rule: "coveredRule",
    path: `${L}.failoverPriority[2]`,
    text: locality('"failoverPriority": ["version=v1", "zone", ‸"version=v2"]'),
  },
  {
    rule: "failoverToSelf",
    path: `${L}.failover[0].to`,
    text: locality('"failover": [{ "from": "a", "to": ‸"a" }]'),
  },
  {
    rule: "emptyPlace",
    path: `${L}.distribute[0].to["us-west/*"]`,
    text: sized(
      2,
      '"region": "us-east", "loadBalancing": { "locality": { "distribute": [{ "from": "*", "to": { "us-east": 80, ‸"us-west/*": 20 } }] } }',
    ),
  },
  ...["{}", '{ "failover": [] }', '{ "failoverPriority": ["zone"] }'].map((setting): Snippet => ({
    rule: "localityIgnored",
    path: L,
    text: balanced(`‸"locality": ${setting}`, 2, ', "outlierDetection": false'),
  })),
  {
    rule: "zoneElsewhere",
    path: `${c}.endpoints[1].region`,
    text: cluster(
      '"location": "edge", "region": "a", "zone": "a1", "endpoints": ["https://a.b", { "url": "https://b.b", ‸"region": "b" }]',
    ),
  },
  {
    rule: "missingCoordinates",
    path: `${r}.nearest[0]`,
    text: withDc('"coordinates": [0, 0]', '"nearest": [‸"aws", "dc"]'),
  },
  { rule: "oneCandidate", path: `${r}.fastest`, text: route('"fastest": ‸["aws"]') },
  {
    rule: "oneCandidate",
    path: "routes[0].nearest",
    text:
      '{ "clusters": { "c": { "location": "edge", "coordinates": [0, 0], "endpoints": ["https://a.b"] } }, "routes": [{ "name": "r", "nearest": ‸["c"] }] }',
  },
  {
    rule: "stickyFastest",
    path: `${r}.sticky`,
    text: route('"fastest": ["aws", "pop"], ‸"sticky": { "ip": true }'),
  },
];

const panicking = (threshold: number, percent: number, count: number, more = ""): string =>
  balanced(
    `"panicThreshold": ‸${threshold}${more}`,
    count,
    `, "outlierDetection": { "maxEjectionPercent": ${percent} }`,
  );
const P = `${c}.loadBalancing.panicThreshold`;

const limits: readonly Snippet[] = [
  // 2 of 5 may go: 60 % are left, and that is not below 60.
  { rule: "panicNever", path: P, text: panicking(60, 40, 5) },
  // 1 of 5: 80 % are left. Below 90, but 140 × 4 / 5 is 112: the level can carry all.
  { rule: "panicNever", path: P, text: panicking(90, 20, 5) },
  // With a factor of 100 it can't, but 80 % are not below 80.
  { rule: "panicNever", path: P, text: panicking(80, 20, 5, ', "overprovisioning": 100') },
  // 1 of 4. Levels depend on the caller, but one of them has three quarters: 140 × 3 / 4 is 105.
  { rule: "panicNever", path: P, text: panicking(90, 25, 4, ', "locality": {}') },
  {
    rule: "panicNever",
    path: P,
    text: balanced('"panicThreshold": ‸50', 2, ', "outlierDetection": false'),
  },
  {
    rule: "panicNever",
    path: P,
    text: balanced('"panicThreshold": ‸50', 2, ', "outlierDetection": { "consecutive5xx": 0 }'),
  },
  {
    rule: "neverEjected",
    path: `${O}.maxEjectionPercent`,
    text: sized(4, '"outlierDetection": { "maxEjectionPercent": ‸24 }'),
  },
  ...["random", "ring-hash", "maglev"].map((algorithm): Snippet => ({
    rule: "slowStartAlgorithm",
    path: `${c}.loadBalancing.slowStart`,
    text: balanced(`"algorithm": "${algorithm}", ‸"slowStart": "30s"`),
  })),
  {
    rule: "twoRetryLimits",
    path: `${c}.circuitBreaker.maxRetries`,
    text: one('"circuitBreaker": { ‸"maxRetries": 3, "retryBudget": {} }'),
  },
  ...[
    ["to", '"to": ‸"dc"'],
    ["failover", '"to": "dc", "failover": ‸[]'],
    ["failover", '"split": { "aws": 1, "dc": 1 }, "failover": ‸["dc"]'],
    ["split", '"split": ‸{ "aws": 0, "dc": 1 }'],
    ["split", '"split": ‸[{ "cluster": "dc", "weight": 1 }]'],
    ["failover", '"fastest": ["aws", "dc"], "failover": ‸[]'],
  ].map(([field, fields]): Snippet => ({
    rule: "capacityWithoutSpill",
    path: `${r}.${field}`,
    text: withDc('"capacity": { "requestsPerSecond": 5 }', fields!),
  })),
];

const checks: readonly Snippet[] = [
  { rule: "checkOrder", path: `${H}.timeout`, text: checked('"timeout": ‸"11s"') },
  {
    rule: "checkOrder",
    path: `${H}.timeout`,
    text: checked('"interval": "1s", "timeout": ‸"1001ms"'),
  },
  {
    rule: "checkOrder",
    path: `${H}.noTrafficInterval`,
    text: checked('"noTrafficInterval": ‸"9s"'),
  },
  ...["interval", "noTrafficInterval", "jitter"].map((field): Snippet => ({
    rule: "tooLong",
    path: `${H}.${field}`,
    text: checked(`"${field}": ‸"24h1ms"`),
  })),
  ...["secret:", "secret:a-b", "secret:1A", "secret: A", "secret:A B"].map((value): Snippet => ({
    rule: "badSecret",
    path: `${H}.headers.authorization`,
    text: checked(`"headers": { "authorization": ‸"${value}" }`),
  })),
];

const hedged = (fields: string, hedge = '"hedge": { "after": ‸"2s" }'): string =>
  route(`"to": "aws", ${fields}, ${hedge}`);

const tries: readonly Snippet[] = [
  {
    rule: "hedgeWithoutRetries",
    path: `${r}.hedge`,
    text: hedged('"retry": { "attempts": 0 }', '‸"hedge": { "after": "1s" }'),
  },
  {
    rule: "hedgeWithoutRetries",
    path: "defaults.hedge",
    text:
      '{ "clusters": {}, "routes": [], "defaults": { "retry": { "attempts": 0 }, ‸"hedge": { "after": "1s" } } }',
  },
  {
    rule: "hedgeWithoutRetries",
    path: "routes[0].hedge",
    text:
      '{ "clusters": {}, "routes": [{ "name": "r", "to": "x", ‸"hedge": { "after": "1s" } }], "defaults": { "retry": { "attempts": 0 } } }',
  },
  { rule: "hedgeOrder", path: `${r}.hedge.after`, text: hedged('"timeout": "2s"') },
  {
    rule: "hedgeOrder",
    path: `${r}.hedge.after`,
    text: hedged('"timeout": "9s", "retry": { "perTryTimeout": "1s" }'),
  },
  {
    rule: "hedgeOrder",
    path: "routes[0].hedge.after",
    text:
      '{ "clusters": {}, "routes": [{ "name": "r", "to": "x", "hedge": { "after": ‸"9s" } }], "defaults": { "timeout": "3s" } }',
  },
  {
    rule: "hedgeNotIdempotent",
    path: `${r}.hedge`,
    text: route(
      '"to": "aws", ‸"hedge": { "after": "1s" }',
    ).replace('"path": "/r/*"', '"path": "/r/*", "method": ["POST", "PATCH"]'),
  },
  {
    rule: "alreadyIdempotent",
    path: `${r}.retry.methods[1]`,
    text: route('"to": "aws", "retry": { "methods": ["POST", ‸"PUT"] }'),
  },
  {
    rule: "idleNeverEnds",
    path: `${r}.idleTimeout`,
    text: route('"to": "aws", "timeout": "5s", "idleTimeout": ‸"5s"'),
  },
  {
    rule: "idleNeverEnds",
    path: "defaults.idleTimeout",
    text: '{ "clusters": {}, "routes": [], "defaults": { "timeout": "5s", "idleTimeout": ‸"1m" } }',
  },
  {
    rule: "tooLong",
    path: `${r}.hedge.after`,
    text: route('"to": "aws", "hedge": { "after": ‸"25h" }'),
  },
];

const faults: readonly Snippet[] = [
  { rule: "emptyFault", path: `${r}.fault`, text: route('"to": "aws", "fault": ‸{}') },
  {
    rule: "unsaidFault",
    path: `${r}.fault.abort`,
    text: route('"to": "aws", "fault": { ‸"abort": { "percent": 1 } }'),
  },
  {
    rule: "unsaidFault",
    path: `${r}.fault.delay`,
    text: route('"to": "aws", "fault": { ‸"delay": {} }'),
  },
  ...['"delay": { "percent": ‸0, "for": "1s" }', '"abort": { "percent": ‸0, "status": 503 }'].map(
    (fields): Snippet => ({
      rule: "neverHappens",
      path: `${r}.fault.${fields.slice(1, 6)}.percent`,
      text: route(`"to": "aws", "fault": { ${fields} }`),
    }),
  ),
  {
    rule: "neverHappens",
    path: `${r}.mirror[0].percent`,
    text: route('"to": "aws", "mirror": [{ "cluster": "pop", "percent": ‸0 }]'),
  },
  ...['"to": "aws"', '"split": { "aws": 1, "pop": 1 }', '"fastest": ["pop", "aws"]'].map((
    action,
  ): Snippet => ({
    rule: "mirrorToMember",
    path: `${r}.mirror.cluster`,
    text: route(`${action}, "mirror": { "cluster": ‸"aws" }`),
  })),
];

export const resilienceSnippets: readonly Snippet[] = [
  ...shapes,
  ...shared,
  ...places,
  ...limits,
  ...checks,
  ...tries,
  ...faults,
];
