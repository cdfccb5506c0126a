/** Bad snippets about promises and traps; as in `_snippets.ts`. */
import { cluster, route, routes, type Snippet } from "./_snippet.ts";

const r = "routes[1]";

/** A cluster `a` that keeps both promises; `aws` and `pop` keep none. */
const confined = (fields: string): string =>
  route(fields)
    .replace(
      '"pop": { "location": "edge", "endpoints": [',
      '"a": { "location": "private", "region": "eu-9", "endpoints": ["https://a.b"] }, "pop": { "location": "public", "region": "eu-1", "endpoints": [{ "url": "https://us.b", "region": "us-east-1" }, ',
    );

/** Every way that a request, or a copy of it, can take. */
const ways: readonly [path: string, fields: string][] = [
  [`${r}.to`, '"to": ‸"aws"'],
  [`${r}.to`, '"to": ‸"pop"'],
  [`${r}.split.pop`, '"split": { "a": 1, ‸"pop": 0 }'],
  [
    `${r}.split[1].cluster`,
    '"split": [{ "cluster": "a", "weight": 1 }, { "cluster": ‸"pop", "weight": 2 }]',
  ],
  [`${r}.nearest[1]`, '"nearest": ["a", ‸"pop"]'],
  [`${r}.fastest[0]`, '"fastest": [‸"aws", "a"]'],
  [`${r}.failover[0]`, '"to": "a", "failover": [‸"pop"]'],
  [
    `${r}.mirror[1].cluster`,
    '"to": "a", "mirror": [{ "cluster": "a" }, { "cluster": ‸"pop", "percent": 0 }]',
  ],
  [`${r}.mirror.cluster`, '"to": "a", "mirror": { "cluster": ‸"aws" }'],
];

const promises: readonly Snippet[] = [
  ...ways.flatMap(([path, fields]) =>
    ['"regions": ["us-west-?", "e*-*"]', '"locations": ["private", "edge"]'].map((
      promise,
    ): Snippet => ({
      rule: "confineBroken",
      path,
      text: confined(`${fields}, "confine": { ${promise} }`),
    }))
  ),
  {
    rule: "confineBroken",
    path: `${r}.to`,
    text: confined('"to": ‸"pop", "confine": { "regions": ["eu-1"], "locations": ["public"] }'),
  },
  { rule: "emptyConfine", path: `${r}.confine`, text: route('"to": "aws", "confine": ‸{}') },
  {
    rule: "badValue",
    path: `${r}.confine.regions`,
    text: route('"to": "aws", "confine": { "regions": ‸[] }'),
  },
  ...["", "eu/*", " eu", "eu "].map((pattern): Snippet => ({
    rule: "badValue",
    path: `${r}.confine.regions[0]`,
    text: route(`"to": "aws", "confine": { "regions": [‸"${pattern}"] }`),
  })),
  {
    rule: "badValue",
    path: `${r}.confine.locations[1]`,
    text: route('"to": "aws", "confine": { "locations": ["edge", ‸"privat"] }'),
  },
  ...['"respond": { "status": 200 }', '"redirect": { "status": 301 }'].map((action): Snippet => ({
    rule: "noEffect",
    path: `${r}.confine`,
    text: route(`${action}, ‸"confine": { "locations": ["edge"] }`),
  })),
  {
    rule: "unmatchedRegion",
    path: `${r}.confine.regions[1]`,
    text: confined('"to": "a", "confine": { "regions": ["eu-*", ‸"eu-8"] }'),
  },
];

const retries = (fields: string, rest = ""): string =>
  route(`"to": "aws"${rest}, "retry": { ${fields} }`);
const defaults = (fields: string, routeFields: string): string =>
  routes(`{ "name": "r", "to": "aws", "match": { "path": "/r/*" }${routeFields} }`)
    .replace('"routes": [', `"defaults": { ${fields} }, "routes": [`);
/** A route for one method that is not idempotent. */
const posts = (fields: string): string =>
  retries(fields).replace('"path": "/r/*"', '"path": "/r/*", "method": "POST"');

const twice: readonly Snippet[] = [
  ...["", ', "on": ["5xx"]', ', "on": [409, 503]', ', "on": ["connect-failure", "reset"]'].map((
    on,
  ): Snippet => ({
    rule: "doneTwice",
    path: `${r}.retry.methods[0]`,
    text: retries(`"methods": [‸"POST"]${on}`),
  })),
  {
    rule: "doneTwice",
    path: `${r}.retry.methods[1]`,
    text: retries('"methods": ["PUT", ‸"PATCH"], "on": ["gateway-error"]'),
  },
  {
    rule: "doneTwice",
    path: `${r}.retry.methods[0]`,
    text: retries(
      '"methods": [‸"POST"], "on": ["connect-failure"]',
      ', "hedge": { "after": "1s" }',
    ),
  },
  {
    rule: "doneTwice",
    path: "defaults.retry.methods[0]",
    text: defaults('"retry": { "methods": [‸"POST"] }', ', "retry": { "on": ["reset"] }'),
  },
  {
    rule: "doneTwice",
    path: `${r}.retry`,
    text: defaults(
      '"retry": { "methods": ["PUT", "POST", "PATCH"], "on": ["connect-failure"] }',
      ', "retry": ‸{ "on": ["reset"] }',
    ),
  },
  {
    rule: "doneTwice",
    path: `${r}.hedge`,
    text: defaults(
      '"retry": { "methods": ["POST"], "on": ["connect-failure"] }',
      ', "hedge": ‸{ "after": "1s" }',
    ),
  },
  ...['"5xx"', '"connect-failure", 503', '"retriable-4xx"'].map((on): Snippet => ({
    rule: "neverTriedAgain",
    path: `${r}.retry.on`,
    text: posts(`‸"on": [${on}]`),
  })),
  {
    rule: "triesDontFit",
    path: `${r}.retry.attempts`,
    text: retries('"attempts": ‸3, "perTryTimeout": "2s"', ', "timeout": "6s"'),
  },
  {
    rule: "triesDontFit",
    path: `${r}.retry.perTryTimeout`,
    text: defaults(
      '"timeout": "3s", "retry": { "attempts": 2 }',
      ', "retry": { "perTryTimeout": ‸"1500ms" }',
    ),
  },
  {
    rule: "triesDontFit",
    path: `${r}.timeout`,
    text: defaults(
      '"timeout": "9s", "retry": { "attempts": 2, "perTryTimeout": "2s", "on": ["reset"] }',
      ', "timeout": ‸"4s"',
    ),
  },
  {
    rule: "triesDontFit",
    path: "defaults.retry.attempts",
    text: defaults('"timeout": "9s", "retry": { "attempts": ‸9, "perTryTimeout": "1s" }', ""),
  },
];

/** A route beside clusters `big`, `small` and `deaf`, which is never found unhealthy. */
const sized = (fields: string): string =>
  route(fields).replace(
    '"pop": {',
    `"big": { "location": "edge", "endpoints": ["https://a.b"], "capacity": { "requestsPerSecond": 500 } },
    "small": { "location": "edge", "endpoints": ["https://b.b"], "capacity": { "requestsPerSecond": 50 } },
    "deaf": { "location": "edge", "endpoints": ["https://c.b"], "outlierDetection": false },
    "pop": {`,
  );

const failovers: readonly Snippet[] = [
  ...[
    '"to": "big", "failover": ‸["small"]',
    '"split": { "big": 1, "aws": 3 }, "failover": ‸["small", "big"]',
    '"split": { "big": 1, "small": 1 }, "failover": ‸["small", "big"]',
  ].map((fields): Snippet => ({
    rule: "failoverTooSmall",
    path: `${r}.failover`,
    text: sized(fields),
  })),
  ...[
    '"to": "aws", "failover": ‸["aws"]',
    '"split": { "aws": 1, "pop": 1 }, "failover": ‸["pop"]',
    '"fastest": ["aws", "pop"], "failover": ‸["aws"]',
  ].map((fields): Snippet => ({
    rule: "failoverToMember",
    path: `${r}.failover`,
    text: sized(fields),
  })),
  {
    rule: "failoverNeverBegins",
    path: `${r}.failover`,
    text: sized('"split": { "aws": 1, "deaf": 1 }, ‸"failover": ["pop"]'),
  },
  ...[
    '{ "aws": 90, "pop": 10 }',
    '{ "aws": 80.1, "pop": 19.9 }',
    '[{ "cluster": "pop", "weight": 1 }, { "cluster": "aws", "weight": 99 }]',
    '{ "aws": 8, "pop": 1, "big": 1 }',
  ].map((split): Snippet => ({
    rule: "canaryWithoutSticky",
    path: `${r}.split`,
    text: sized(`‸"split": ${split}`),
  })),
];

const often: readonly Snippet[] = ["interval", "noTrafficInterval"].map((field): Snippet => ({
  rule: "checkTooOften",
  path: `clusters.c.healthCheck.${field}`,
  text: cluster(
    `"location": "edge", "endpoints": ["https://a.b"], "healthCheck": { "path": "/", "${field}": ‸"99ms" }`,
  ),
}));

export const lintSnippets: readonly Snippet[] = [...promises, ...twice, ...failovers, ...often];
