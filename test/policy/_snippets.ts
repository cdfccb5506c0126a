/** Bad snippets, one or more for each code. */
import { lintSnippets } from "./_lint_snippets.ts";
import { resilienceSnippets } from "./_resilience_snippets.ts";
import { cluster, match, route, routes, type Snippet, trust } from "./_snippet.ts";
import { testSnippets } from "./_test_snippets.ts";

const endpoint = (text: string): string => cluster(`"location": "public", "endpoints": [${text}]`);

const r = "routes[1]";
const c = "clusters.c";

/** Path of a match, of a rewritten path, of a host: one row for each reason. */
const badPaths = [
  "shop",
  "/a?b",
  "/a#b",
  "/a\\\\b",
  "/a\\u0007",
  "/a%4",
  "/a/../b",
  "/a/%2e/b",
  "/*/a",
  "/a*",
  "*",
  "/a b",
  "/é",
];
const badHosts = [
  "",
  "a..b",
  "a.b.",
  "a.*.b",
  "https://a.b",
  "a.b:80",
  "a.b/c",
  "ü.example",
  "1.2.3.256",
  "-a.b",
  "::1",
  "[::1",
  "*",
];
const badEndpoints = [
  "a.example.com",
  "ftp://a.example.com",
  "wss://a.example.com",
  "https://",
  "https://a.example.com/x",
  "https://a.example.com?x",
  "https://a.example.com#x",
  "https://u:p@a.example.com",
  "https://a.example.com:0",
  "https://a.example.com:65536",
  "https://a.example.com:x",
  "https://a b",
  "https://::1",
];
const forbidden = [
  "Connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "keep-alive",
  "proxy-authorization",
  "Content-Length",
  "host",
];

export const snippets: readonly Snippet[] = [
  { rule: "syntax", path: "$", text: '{ "clusters": {},\n  "routes": [],\n‸}' },
  { rule: "syntax", path: "$", text: '{ "clusters": {}, "routes": [1,‸] }' },
  { rule: "syntax", path: "$", text: "{ ‸clusters: {} }" },
  { rule: "syntax", path: "$", text: "{ ‸'clusters': {} }" },
  { rule: "syntax", path: "$", text: '{ "clusters" ‸{} }' },
  { rule: "syntax", path: "$", text: '{ "a": ‸"x\n}' },
  { rule: "syntax", path: "$", text: "{}\n‸/* never closed" },
  { rule: "syntax", path: "$", text: "{} ‸{}" },
  { rule: "syntax", path: "$", text: "‸" },
  { rule: "syntax", path: "$", text: "// only this\n‸" },
  { rule: "syntax", path: "$", text: '\uFEFF{ "a": ‸tru }' },
  { rule: "notAnObject", path: "$", text: " ‸[]" },
  { rule: "notAnObject", path: "$", text: "‸null" },
  {
    rule: "duplicateKey",
    path: "routes",
    text: '{ "clusters": {}, "routes": [],\n ‸"routes": [] }',
  },
  { rule: "duplicateKey", path: "clusters.a-b", text: '{ "clusters": { "a-b": 1, ‸"a-b": 1 } }' },
  { rule: "tooLarge", path: "$", text: `{ "clusters": ${"[".repeat(63)}‸[${"]".repeat(64)} }` },
  {
    rule: "reservedKey",
    path: "clusters.__proto__",
    text: '{ "clusters": { ‸"__proto__": {} }, "routes": [] }',
  },
  { rule: "reservedKey", path: "__proto__", text: '{ ‸"__proto__": {} }' },
  { rule: "notPortable", path: "$schema", text: '{ "$schema": ‸"\\ud800" }' },
  { rule: "notPortable", path: 'clusters["\\ud800"]', text: '{ "clusters": { ‸"\\ud800": {} } }' },
  { rule: "notPortable", path: `${r}.split.aws`, text: route('"split": { "aws": ‸1e999 }') },

  { rule: "unknownKey", path: "routs", text: '{ "clusters": {}, "routes": [],\n\t‸"routs": [] }' },
  { rule: "unknownKey", path: `${r}.tmeout`, text: route('"to": "aws", ‸"tmeout": "5s"') },
  { rule: "unknownKey", path: `${r}.match.path.regx`, text: match('"path": { ‸"regx": "x" }') },
  {
    rule: "unknownKey",
    path: `${r}.match.headers.a.regex`,
    text: match('"headers": { "a": { "prefix": "x", ‸"regex": "x" } }'),
  },
  {
    rule: "unknownKey",
    path: `${r}.sticky["a b"]`,
    text: route('"to": "aws", "sticky": { "ip": true, ‸"a b": 1 }'),
  },
  { rule: "missingKey", path: "routes", text: '‸{ "clusters": {} }' },
  { rule: "missingKey", path: `${r}.name`, text: routes('‸{ "to": "aws" }') },
  {
    rule: "unknownKey",
    path: "routs",
    text: '\uFEFF{ "clusters": {}, "routes": [], ‸"routs": [] }',
  },
  {
    rule: "unknownKey",
    path: `${r}.match.headers.a.prefx`,
    text: match('"headers": { "a": { ‸"prefx": "x" } }'),
  },
  {
    rule: "missingKey",
    path: `${r}.sticky.cookie.name`,
    text: route('"to": "aws", "sticky": { "cookie": ‸{} }'),
  },
  { rule: "wrongType", path: "routes", text: '\uFEFF{ "clusters": {}, "routes": ‸{} }' },
  { rule: "wrongType", path: `${r}.timeout`, text: route('"to": "aws", "timeout": ‸5') },
  { rule: "wrongType", path: `${r}.match.headers.a`, text: match('"headers": { "a": ‸5 }') },
  {
    rule: "wrongType",
    path: `${r}.match`,
    text: routes('{ "name": "r", "to": "aws", "match": ‸"/a" }'),
  },
  { rule: "wrongType", path: `${r}`, text: routes("‸7") },
  {
    rule: "badValue",
    path: `${c}.location`,
    text: cluster('"location": ‸"publc", "endpoints": ["https://a.example.com"]'),
  },
  { rule: "badValue", path: `${r}.timeout`, text: route('"to": "aws", "timeout": ‸"5"') },
  { rule: "badValue", path: `${r}.precedence`, text: route('"to": "aws", "precedence": ‸1e7') },
  { rule: "badValue", path: `${r}.split.aws`, text: route('"split": { "aws": ‸-1 }') },
  {
    rule: "badName",
    path: "clusters.Bad",
    text: '{ "clusters": { ‸"Bad": { "location": "edge", "endpoints": [] } }, "routes": [] }',
  },

  { rule: "unknownCluster", path: `${r}.to`, text: route('"to": ‸"awss"') },
  {
    rule: "unknownCluster",
    path: `${r}.split.constructor`,
    text: route('"split": { "aws": 1, ‸"constructor": 1 }'),
  },
  {
    rule: "unknownCluster",
    path: `${r}.split[0].cluster`,
    text: route('"split": [{ "cluster": ‸"x", "weight": 1 }]'),
  },
  {
    rule: "unknownCluster",
    path: `${r}.failover[1]`,
    text: route('"to": "aws", "failover": ["pop", ‸"x"]'),
  },
  {
    rule: "duplicateRoute",
    path: `${r}.name`,
    text: routes('{ "name": ‸"all", "to": "aws", "match": { "path": "/a" } }'),
  },
  {
    rule: "duplicateCluster",
    path: `${r}.failover[1]`,
    text: route('"to": "aws", "failover": ["pop", ‸"pop"]'),
  },
  {
    rule: "duplicateCluster",
    path: `${r}.split[1].cluster`,
    text: route('"split": [{ "cluster": "aws", "weight": 1 }, { "cluster": ‸"aws", "weight": 1 }]'),
  },
  { rule: "noAction", path: r, text: routes('‸{ "name": "r", "match": { "path": "/r/*" } }') },
  {
    rule: "severalActions",
    path: `${r}.redirect`,
    text: route('"to": "aws", ‸"redirect": { "path": { "full": "/x" } }'),
  },
  { rule: "emptySplit", path: `${r}.split`, text: route('"split": ‸{ "aws": 0, "pop": 0 }') },
  { rule: "emptySplit", path: `${r}.split`, text: route('"split": ‸{}, "failover": []') },
  ...["failover", "sticky", "timeout", "retry", "rewrite"].flatMap((field): Snippet[] => [
    {
      rule: "noEffect",
      path: `${r}.${field}`,
      text: route(`"respond": { "status": 200 }, ‸"${field}": {}`),
    },
    {
      rule: "noEffect",
      path: `${r}.${field}`,
      text: route(`"redirect": { "status": 301 }, ‸"${field}": {}`),
    },
  ]),
  {
    rule: "noEffect",
    path: `${r}.headers.request`,
    text: route('"respond": { "status": 200 }, "headers": { ‸"request": {} }'),
  },

  { rule: "badRegex", path: `${r}.match.path.regex`, text: match('"path": { "regex": ‸"(a" }') },
  {
    rule: "badRegex",
    path: `${r}.match.headers.a.not.regex`,
    text: match('"headers": { "a": { "not": { "regex": ‸"(?=a)" } } }'),
  },
  {
    rule: "badRegex",
    path: `${r}.match.query.a.regex`,
    text: match('"query": { "a": { "regex": ‸"a{1001}" } }'),
  },
  {
    rule: "badRegex",
    path: `${r}.match.cookies.a.regex`,
    text: match('"cookies": { "a": { "regex": ‸"\\\\1" } }'),
  },
  {
    rule: "badRegex",
    path: `${r}.rewrite.path.regex`,
    text: route('"to": "aws", "rewrite": { "path": { "regex": ‸"*", "with": "" } }'),
  },
  {
    rule: "badTemplate",
    path: `${r}.rewrite.path.with`,
    text: route('"to": "aws", "rewrite": { "path": { "regex": "(a)", "with": ‸"\\\\2" } }'),
  },
  {
    rule: "badTemplate",
    path: `${r}.redirect.path.with`,
    text: route('"redirect": { "path": { "regex": "a", "with": ‸"/\\\\x" } }'),
  },
  ...badPaths.map((path): Snippet => ({
    rule: "badPath",
    path: `${r}.match.path`,
    text: match(`"path": ‸"${path}"`),
  })),
  {
    rule: "badPath",
    path: `${r}.rewrite.path.prefix`,
    text: route('"to": "aws", "rewrite": { "path": { "prefix": ‸"/x/*" } }'),
  },
  {
    rule: "badPath",
    path: `${r}.redirect.path.full`,
    text: route('"redirect": { "path": { "full": ‸"x" } }'),
  },
  ...badHosts.map((host): Snippet => ({
    rule: "badHost",
    path: `${r}.hosts[0]`,
    text: route(`"to": "aws", "hosts": [‸"${host}"]`),
  })),
  {
    rule: "badHost",
    path: `${c}.host`,
    text: cluster('"location": "edge", "endpoints": ["https://a.example.com"], "host": ‸"a b"'),
  },
  {
    rule: "badHost",
    path: `${r}.rewrite.host`,
    text: route('"to": "aws", "rewrite": { "host": ‸"a.b:99999" }'),
  },
  { rule: "badHost", path: `${r}.redirect.host`, text: route('"redirect": { "host": ‸"a.b:80" }') },
  ...badEndpoints.map((url): Snippet => ({
    rule: "badEndpoint",
    path: `${c}.endpoints[0]`,
    text: endpoint(`‸"${url}"`),
  })),
  { rule: "badEndpoint", path: `${c}.endpoints[0].url`, text: endpoint('{ "url": ‸"x" }') },
  {
    rule: "duplicateEndpoint",
    path: `${c}.endpoints[1].url`,
    text: endpoint('"https://a.example.com", { "url": ‸"https://A.example.com:443/" }'),
  },
  {
    rule: "noPrefix",
    path: `${r}.rewrite.path.prefix`,
    text: routes(
      '{ "name": "r", "to": "aws", "match": [{ "path": { "regex": "/a" } }], "rewrite": { "path": { ‸"prefix": "/x" } } }',
    ),
  },
  ...[204, 205, 304].map((status): Snippet => ({
    rule: "bodyNotAllowed",
    path: `${r}.respond.body`,
    text: route(`"respond": { "status": ${status}, "body": ‸"x" }`),
  })),
  ...forbidden.map((name): Snippet => ({
    rule: "forbiddenHeader",
    path: `${r}.headers.request.set.${name}`,
    text: route(`"to": "aws", "headers": { "request": { "set": { ‸"${name}": "x" } } }`),
  })),
  {
    rule: "forbiddenHeader",
    path: `${r}.headers.response.remove[0]`,
    text: route('"to": "aws", "headers": { "response": { "remove": [‸"Upgrade"] } }'),
  },
  {
    rule: "forbiddenHeader",
    path: `${r}.split[0].headers.request.add.Host`,
    text: route(
      '"split": [{ "cluster": "aws", "weight": 1, "headers": { "request": { "add": { ‸"Host": "x" } } } }]',
    ),
  },
  {
    rule: "forbiddenHeader",
    path: `${r}.respond.headers.content-length`,
    text: route('"respond": { "status": 200, "headers": { ‸"content-length": "1" } }'),
  },
  {
    rule: "duplicateHeader",
    path: `${r}.headers.request.set.X-a`,
    text: route('"to": "aws", "headers": { "request": { "set": { "x-a": "1", ‸"X-a": "2" } } }'),
  },
  {
    rule: "duplicateHeader",
    path: `${r}.match.headers.X-a`,
    text: match('"headers": { "x-a": "1", ‸"X-a": "2" }'),
  },
  ...["10.0.0.0/33", "10/8", "x", "10.1", "::1/129", ""].map((address): Snippet => ({
    rule: "badAddress",
    path: "trust.proxies[0]",
    text: trust(`‸"${address}"`),
  })),
  {
    rule: "timeoutOrder",
    path: `${r}.retry.perTryTimeout`,
    text: route('"to": "aws", "timeout": "2s", "retry": { "perTryTimeout": ‸"2000ms" }'),
  },
  {
    rule: "timeoutOrder",
    path: "defaults.retry.perTryTimeout",
    text:
      '{ "clusters": {}, "routes": [], "defaults": { "timeout": "1s", "retry": { "perTryTimeout": ‸"1m" } } }',
  },
  {
    rule: "timeoutOrder",
    path: "routes[0].timeout",
    text:
      '{ "clusters": {}, "routes": [{ "name": "r", "to": "x", "timeout": ‸"1s" }], "defaults": { "retry": { "perTryTimeout": "2s" } } }',
  },
  {
    rule: "backoffOrder",
    path: `${r}.retry.backoff.max`,
    text: route('"to": "aws", "retry": { "backoff": { "base": "2s", "max": ‸"1s" } }'),
  },
  {
    rule: "ejectionOrder",
    path: `${c}.outlierDetection.maxEjectionTime`,
    text: cluster(
      '"location": "edge", "endpoints": [], "outlierDetection": { "maxEjectionTime": ‸"29s" }',
    ),
  },
  {
    rule: "zeroDuration",
    path: `${r}.retry.perTryTimeout`,
    text: route('"to": "aws", "retry": { "perTryTimeout": ‸"0ms" }'),
  },
  {
    rule: "zeroDuration",
    path: `${c}.outlierDetection.interval`,
    text: cluster('"location": "edge", "endpoints": [], "outlierDetection": { "interval": ‸"0s" }'),
  },
  {
    rule: "tooBig",
    path: `${r}.retry.maxBody`,
    text: route('"to": "aws", "retry": { "maxBody": ‸"9MiB" }'),
  },
  {
    rule: "tooManyRules",
    path: "routes",
    text: `{ "clusters": {}, "routes": ‸[{ "name": "r", "respond": { "status": 200 }, "hosts": [${
      Array.from({ length: 500 }, (_, i) => `"h${i}.example"`)
    }], "match": [${Array.from({ length: 500 }, (_, i) => `{ "path": "/${i}" }`)}] }] }`,
  },

  { rule: "unreachableRoute", path: r, text: routes('‸{ "name": "r", "to": "aws" }') },
  {
    rule: "unreachableRoute",
    path: "routes[2]",
    text: routes(
      '{ "name": "a", "to": "aws", "match": { "path": "/a/*", "method": ["GET", "PUT"] } }',
      '‸{ "name": "b", "to": "aws", "match": { "path": "/a/*", "method": "GET" } }',
    ),
  },
  {
    rule: "unreachableRoute",
    path: r,
    text: routes(
      '‸{ "name": "r", "to": "aws", "hosts": ["a.b.c"], "match": { "path": "/a/b", "headers": { "x": "1" } } }',
      '{ "name": "top", "to": "pop", "precedence": 1, "hosts": ["*.c"], "match": { "path": "/a/*" } }',
    ),
  },
  {
    rule: "unusedCluster",
    path: "clusters.c",
    text:
      '{ "clusters": { ‸"c": { "location": "edge", "endpoints": ["https://a.example.com"] } }, "routes": [] }',
  },
  {
    rule: "privateWithoutVia",
    path: c,
    text:
      '{ "clusters": { ‸"c": { "location": "private", "endpoints": ["http://10.0.0.1"] } }, "routes": [{ "name": "r", "to": "c" }] }',
  },
  {
    rule: "viaIgnored",
    path: `${c}.via`,
    text: cluster(
      '"location": "private", "endpoints": ["http://10.0.0.1"], ‸"via": { "binding": "DC" }',
    ),
    target: "deno",
  },
  {
    rule: "hostNotSent",
    path: `${c}.host`,
    text: cluster(
      '"location": "edge", "endpoints": ["https://a.example.com"], "host": ‸"preserve"',
    ),
    target: "cloudflare",
  },
  {
    rule: "hostNotSent",
    path: `${r}.rewrite.host`,
    text: route('"to": "aws", "rewrite": { "host": ‸"a.b:81" }'),
  },
  { rule: "plainHttp", path: `${c}.endpoints[0]`, text: endpoint('‸"http://a.example.com"') },
  { rule: "plainHttp", path: `${c}.endpoints[0]`, text: endpoint('‸"http://8.8.8.8"') },
  {
    rule: "stickyWithoutChoice",
    path: `${r}.sticky`,
    text: route('"to": "pop", ‸"sticky": { "ip": true }'),
  },
  {
    rule: "blockedPort",
    path: `${c}.endpoints[0]`,
    text: endpoint('‸"https://a.example.com:6000"'),
    target: "deno",
  },
  {
    rule: "noEndpoints",
    path: `${c}.endpoints`,
    text: cluster('"location": "edge", "endpoints": ‸[]'),
  },
  {
    rule: "retryWithoutAttempts",
    path: `${r}.retry.on`,
    text: route('"to": "aws", "retry": { "attempts": 0, ‸"on": [503] }'),
  },
  { rule: "redirectLoop", path: `${r}.redirect`, text: route('‸"redirect": { "status": 301 }') },
  {
    rule: "redirectLoop",
    path: `${r}.redirect`,
    text: route('‸"redirect": { "path": { "prefix": "/r/x" } }'),
  },
  {
    rule: "redirectLoop",
    path: `${r}.redirect`,
    text: route('"hosts": ["A.b"], ‸"redirect": { "host": "a.b", "path": { "full": "/r" } }'),
  },
  {
    rule: "duplicateHost",
    path: `${r}.hosts[1]`,
    text: route('"to": "aws", "hosts": ["a.b", ‸"A.b"]'),
  },
  {
    rule: "hostKeyword",
    path: `${c}.host`,
    text: cluster(
      '"location": "edge", "endpoints": ["https://a.example.com"], "host": ‸"preserved"',
    ),
  },
  ...resilienceSnippets,
  ...lintSnippets,
  ...testSnippets,
];
