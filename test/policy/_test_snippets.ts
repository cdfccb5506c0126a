/** Bad tests in policies. */
import { MARK, type Snippet } from "./_snippet.ts";

const t = "tests[0]";
const request = '"request": { "url": "https://shop.test/" }';
const expect = '"expect": { "route": "all" }';

/** A policy with these tests, and nothing else wrong. */
const tests = (...texts: readonly string[]): string =>
  `{
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://a.example.com", "https://b.example.com"] },
    "pop": { "location": "edge", "endpoints": ["https://pop.example.com"] },
    "bare": { "location": "edge", "endpoints": [] }
  },
  "routes": [{ "name": "all", "split": { "aws": 1, "pop": 1 }, "failover": ["bare"] }],
  "tests": [
    ${texts.join(",\n    ")}
  ]
}`;

/** The bad one, after its name. */
const test = (...fields: readonly string[]): string =>
  tests(`{ "name": "t", ${fields.join(", ")} }`);

const bad = (at: string, ...fields: readonly string[]): Snippet => ({
  rule: "badTest",
  path: `${t}.${at}`,
  text: test(...fields),
});

const urls = [
  "/cart",
  "shop.test/cart",
  "ftp://shop.test/",
  "HTTPS://shop.test/",
  "https://",
  "https:///cart",
  "https://shop..test/",
  "https://shop.test:0/",
  "https://shop.test:x/",
  "https://u:p@shop.test/",
  "https://shop.test/a b",
  "https://shop.test/a\\nb",
  "https://shop.test/#top",
];

const froms = [
  '"region"',
  '"region=eu,region=us"',
  '"region="',
  '"latitude=5"',
  '"latitude=5,longitude=181"',
  '"latitude=1e1,longitude=1"',
  '"country=Germany"',
  '"country=XX"',
  '"ip=203.0.113.7:80"',
  '"ip=fe80::1%eth0"',
  '{ "longitude": 5 }',
  '{ "latitude": "north", "longitude": 5 }',
  '{ "latitude": 5, "longitude": "-180.1" }',
  '{ "country": "D" }',
  '{ "ip": "10.1" }',
  '{ "version": "" }',
];

const givens: readonly (readonly [kind: string, written: string])[] = [
  ["down", "aws/2"],
  ["down", "pop/1"],
  ["down", "bare/0"],
  ["degraded", "aws/"],
  ["degraded", "aws/-1"],
  ["degraded", "aws/1.0"],
  ["drain", "aws/0"],
];

const references: readonly Snippet[] = [
  ...["down", "degraded", "drain"].map((kind): Snippet => ({
    rule: "unknownCluster",
    path: `${t}.given.${kind}[1]`,
    text: test(request, `"given": { "${kind}": ["pop", ${MARK}"awz"] }`, expect),
  })),
  {
    rule: "unknownCluster",
    path: `${t}.given.down[0]`,
    text: test(request, `"given": { "down": [${MARK}"awz/7"] }`, expect),
  },
  {
    rule: "unknownCluster",
    path: `${t}.expect.clusters.awz`,
    text: test(request, `"expect": { "clusters": { "aws": 0.5, ${MARK}"awz": 0.5 } }`),
  },
  bad("expect.route", request, `"expect": { "route": ${MARK}"al" }`),
  {
    rule: "badTest",
    path: "tests[1].name",
    text: tests(
      `{ "name": "t", ${request}, ${expect} }`,
      `{ "name": ${MARK}"t", ${request}, ${expect} }`,
    ),
  },
];

const contradictions: readonly Snippet[] = [
  bad("expect", request, `"expect": ${MARK}{}`),
  bad("expect", request, `"expect": ${MARK}{ "clusters": {} }`),
  bad("expect.clusters", request, `"expect": { "clusters": ${MARK}{ "aws": 0.8, "pop": 0.3 } }`),
  bad("expect.response", request, `"expect": { "request": {}, ${MARK}"response": {} }`),
  bad("expect.request", request, `"expect": { "route": null, ${MARK}"request": {} }`),
  bad("expect.clusters", request, `"expect": { "route": null, ${MARK}"clusters": { "aws": 1 } }`),
];

const headers: readonly Snippet[] = [
  {
    rule: "duplicateHeader",
    path: `${t}.request.headers.X-A`,
    text: test(
      `"request": { "url": "https://shop.test/", "headers": { "x-a": "1", ${MARK}"X-A": "2" } }`,
      expect,
    ),
  },
  ...["request", "response"].map((message): Snippet => ({
    rule: "duplicateHeader",
    path: `${t}.expect.${message}.headers.X-A`,
    text: test(
      request,
      `"expect": { "${message}": { "headers": { "x-a": "1", ${MARK}"X-A": null } } }`,
    ),
  })),
];

/** What the schema says of tests. */
const shapes: readonly Snippet[] = [
  { rule: "unknownKey", path: `${t}.expects`, text: test(request, expect, `${MARK}"expects": {}`) },
  { rule: "missingKey", path: `${t}.expect`, text: tests(`${MARK}{ "name": "t", ${request} }`) },
  { rule: "missingKey", path: `${t}.request.url`, text: test(`"request": ${MARK}{}`, expect) },
  {
    rule: "badValue",
    path: `${t}.name`,
    text: tests(`{ "name": ${MARK}"a\\nb", ${request}, ${expect} }`),
  },
  {
    rule: "badValue",
    path: `${t}.expect.clusters.aws`,
    text: test(request, `"expect": { "clusters": { "aws": ${MARK}80 } }`),
  },
  {
    rule: "wrongType",
    path: `${t}.from.version`,
    text: test(request, `"from": { "version": ${MARK}true }`, expect),
  },
  {
    rule: "badValue",
    path: `${t}.from.latitude`,
    text: test(request, `"from": { "latitude": ${MARK}91, "longitude": 0 }`, expect),
  },
  {
    rule: "wrongType",
    path: `${t}.expect.request.headers.x-a`,
    text: test(request, `"expect": { "request": { "headers": { "x-a": ${MARK}5 } } }`),
  },
  {
    rule: "badValue",
    path: "tests",
    text: tests(...new Array(1001).fill("5")).replace('"tests": [', `"tests": ${MARK}[`),
  },
];

export const testSnippets: readonly Snippet[] = [
  ...urls.map((url) => bad("request.url", `"request": { "url": ${MARK}"${url}" }`, expect)),
  ...froms.map((from) => bad("from", request, `"from": ${MARK}${from}`, expect)),
  ...givens.map(([kind, text]) =>
    bad(`given.${kind}[0]`, request, `"given": { "${kind}": [${MARK}"${text}"] }`, expect)
  ),
  ...references,
  ...contradictions,
  ...headers,
  ...shapes,
];
