/** The promise itself: what validation lets through never leaves, and what it refuses could. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compile } from "../../../src/compile/compile.ts";
import type { EndpointState } from "../../../src/health/records.ts";
import { formatFinding } from "../../../src/policy/finding.ts";
import type { Policy, PolicyConfine, PolicyRoute } from "../../../src/policy/schema/policy.ts";
import { validate } from "../../../src/policy/validate.ts";
import { simulate } from "../../../src/simulate/simulate.ts";

const REGIONS = ["eu-1", "eu-2", "us-1", "us-2"] as const;
const NAMES = ["a", "b", "c", "d"] as const;

const region = fc.option(fc.constantFrom(...REGIONS), { nil: undefined });

const locality = fc.constantFrom(
  undefined,
  {},
  { failover: [{ from: "eu-1", to: "us-1" }] },
  { failoverPriority: ["zone", "region"] },
  { distribute: [{ from: "*", to: { "us-1": 40, "*": 60 } }] },
);

const cluster = fc.record({
  location: fc.constantFrom("public", "private", "edge"),
  region,
  coordinates: fc.constantFrom([50, 8], [38, -77]),
  endpoints: fc.array(
    fc.record({ region, weight: fc.nat({ max: 2 }), priority: fc.nat({ max: 1 }) }),
    { maxLength: 3 },
  ),
  locality,
  capacity: fc.constantFrom(undefined, 5),
});

const names = fc.shuffledSubarray([...NAMES], { minLength: 1 });

const action: fc.Arbitrary<Partial<PolicyRoute>> = fc.oneof(
  fc.constantFrom(...NAMES).map((to) => ({ to })),
  fc.tuple(names, fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 })).map(
    ([members, weights]) => ({
      split: Object.fromEntries(members.map((name, i) => [name, weights[i]!])),
    }),
  ),
  names.map((members) => ({ split: members.map((cluster) => ({ cluster, weight: 1 })) })),
  names.map((nearest) => ({ nearest })),
  names.map((fastest) => ({ fastest })),
);

/** Often wide enough to be kept: else nothing is left to simulate. */
const confine: fc.Arbitrary<PolicyConfine> = fc.record({
  regions: fc.option(
    fc.subarray(["eu-*", "eu-1", "*-2", "us-1", "us*", "*"], { minLength: 1 }),
    { nil: undefined },
  ),
  locations: fc.option(
    fc.subarray(["public" as const, "private" as const, "edge" as const], { minLength: 1 }),
    { nil: undefined },
  ),
}).filter(({ regions, locations }) => regions !== undefined || locations !== undefined);

const mirrored = fc.option(
  names.map((clusters) => clusters.slice(0, 2).map((cluster) => ({ cluster, percent: 10 }))),
  { nil: undefined },
);

const policy: fc.Arbitrary<Policy> = fc.record({
  clusters: fc.tuple(cluster, cluster, cluster, cluster),
  action,
  failover: fc.option(fc.shuffledSubarray([...NAMES]), { nil: undefined }),
  mirror: mirrored,
  confine,
}).map(({ clusters, action, ...route }) =>
  // Through JSON, so that what is undefined is not there.
  JSON.parse(JSON.stringify({
    clusters: Object.fromEntries(
      clusters.map(({ locality, capacity, ...rest }, at) => [NAMES[at]!, {
        ...rest,
        ...(locality === undefined ? {} : { loadBalancing: { locality } }),
        ...(capacity === undefined ? {} : { capacity: { requestsPerSecond: capacity } }),
        endpoints: rest.endpoints.map((endpoint, i) => ({
          url: `https://${NAMES[at]}${i}.example`,
          ...endpoint,
        })),
      }]),
    ),
    routes: [{ name: "r", ...action, ...route }],
  }))
);

/** Whether a cluster keeps a promise, by the words of the contract and nothing cleverer. */
function keeps(
  { location, region, endpoints }: Policy["clusters"][string],
  to: PolicyConfine,
): boolean {
  const inRegion = (one: string | undefined): boolean =>
    one !== undefined &&
    to.regions!.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(one));
  return (to.locations === undefined || to.locations.includes(location)) &&
    (to.regions === undefined ||
      endpoints.every((one) => inRegion(typeof one === "string" ? region : one.region ?? region)));
}

/** Every place of the route that names a cluster. */
function placements(
  { to, split, nearest, fastest, failover, mirror }: PolicyRoute,
): [string, string][] {
  const listed = (field: string, list: readonly string[] = []): [string, string][] =>
    list.map((name, i) => [`${field}[${i}]`, name]);
  return [
    ...(to === undefined ? [] : [["to", to] as [string, string]]),
    ...(Array.isArray(split)
      ? split.map(({ cluster }, i): [string, string] => [`split[${i}].cluster`, cluster])
      : Object.keys(split ?? {}).map((name): [string, string] => [`split.${name}`, name])),
    ...listed("nearest", nearest),
    ...listed("fastest", fastest),
    ...listed("failover", failover),
    ...[mirror ?? []].flat().map((
      { cluster },
      i,
    ): [string, string] => [`mirror[${i}].cluster`, cluster]),
  ];
}

Deno.test("confine: every place that breaks the promise is found, and no other", () => {
  fc.assert(
    fc.property(policy, ({ clusters, routes }) => {
      const route = routes[0]!;
      const want = placements(route)
        .filter(([, name]) => !keeps(clusters[name]!, route.confine!))
        .map(([place]) => `routes[0].${place}`);
      const { findings } = validate(JSON.stringify({ clusters, routes }));
      const got = findings.filter(({ code }) => code === "LIM068").map(({ path }) => path);
      assert.deepEqual([...new Set(got)].sort(), want.sort());
    }),
    { numRuns: 2000 },
  );
});

const state = fc.constantFrom<EndpointState>("healthy", "degraded", "unhealthy", "draining");

Deno.test("confine: whatever is unhealthy, no share of a policy that validates is outside", () => {
  let proved = 0;
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.array(state, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 4 }),
      region,
      (drawn, states, here) => {
        const { policy } = validate(JSON.stringify(drawn));
        if (policy === null) return;
        const plan = compile(policy, "000000000000");
        const { routes } = simulate(
          plan,
          (cluster, endpoint) => states[cluster.index]![endpoint.index]!,
          {
            caller: { locality: { region: here ?? "", zone: "", subzone: "" }, labels: {} },
            place: { country: null, latitude: null, longitude: null },
            coordinates: here === undefined ? null : { latitude: 51, longitude: 0 },
            ip: null,
          },
        );
        const { confine } = policy.routes[0]!;
        for (const { cluster, url, share, region } of routes[0]!.endpoints) {
          if (share === 0) continue;
          proved++;
          const alone: Policy["clusters"][string] = {
            ...policy.clusters[cluster]!,
            endpoints: [{ url, region: region! }],
          };
          assert.ok(keeps(alone, confine!), `${share} of the requests go to ${url} in ${region}`);
        }
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(proved > 300, `only ${proved} endpoints had a share: too few to prove anything`);
});

const messages: readonly { name: string; cluster: string; confine: string; want: string }[] = [
  {
    name: "an endpoint elsewhere",
    cluster:
      '"location": "edge", "region": "eu-1", "endpoints": ["https://a.b", { "url": "https://b.b", "region": "us-east-1" }]',
    confine: '"regions": ["eu-*", "uk-*"]',
    want: "failover pop: endpoint https://b.b is in us-east-1, not in eu-* or uk-*",
  },
  {
    name: "several, in several regions",
    cluster:
      '"location": "edge", "region": "us-1", "endpoints": ["https://a.b", { "url": "https://b.b", "region": "us-2" }, "https://c.b"]',
    confine: '"regions": ["eu-*"]',
    want:
      "failover pop: endpoint https://a.b is in us-1, not in eu-*; 2 more of its endpoints are outside",
  },
  {
    name: "nobody knows where",
    cluster: '"location": "edge", "endpoints": ["https://a.b"]',
    confine: '"regions": ["eu-*"]',
    want: "failover pop: endpoint https://a.b has no region: say one to prove that it is in eu-*",
  },
  {
    name: "another kind of place",
    cluster: '"location": "edge", "endpoints": ["https://a.b"]',
    confine: '"locations": ["private", "public"]',
    want: "failover pop: it is edge, not private or public",
  },
];

for (const { name, cluster, confine, want } of messages) {
  Deno.test(`confine: what is said of ${name}`, () => {
    const text = `{ "clusters": { "pop": { ${cluster} },
      "ok": { "location": "private", "region": "eu-1", "endpoints": ["https://ok.b"] } },
      "routes": [{ "name": "r", "to": "ok", "failover": ["pop"], "confine": { ${confine} } }] }`;
    const { findings } = validate(text, { target: "deno" });
    const errors = findings.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors.map((it) => it.message), [want]);
    assert.deepEqual(errors.map((it) => it.path), ["routes[0].failover[0]"]);
  });
}

/** What is not valid itself says nothing about where it is: its own finding is enough. */
const doubtful: readonly [field: string, promise: string, from: string, to: string][] = [
  ["location", '"locations": ["private"]', '"location": "edge"', '"location": "egde"'],
  ["region", '"regions": ["eu-*"]', '"region": "us-1"', '"region": "us/1"'],
  ["endpoint", '"regions": ["eu-*"]', '"endpoints": ["https://a.b"]', '"endpoints": [5]'],
  ["only endpoint", '"regions": ["eu-*"]', '"endpoints": ["https://a.b"]', '"endpoints": [null]'],
  ["promise", '"regions": ["eu-*"]', '"eu-*"', "7"],
  ["whole promise", '"regions": ["eu-*"]', '"eu-*"', "null"],
];

for (const [field, promise, from, to] of doubtful) {
  Deno.test(`confine: nothing is said of a broken promise where the ${field} is not valid`, () => {
    const text =
      `{ "clusters": { "c": { "location": "edge", "region": "us-1", "endpoints": ["https://a.b"] } },
      "routes": [{ "name": "r", "to": "c", "confine": { ${promise} } }] }`;
    const codes = (text: string): string[] => validate(text).findings.map(({ code }) => code);
    assert.ok(codes(text).includes("LIM068"));
    const broken = codes(text.replace(from, to));
    assert.ok(broken.length > 0 && !broken.includes("LIM068"), broken.join());
  });
}

Deno.test("confine: 4 MiB of promises get an answer soon, or are refused as unproved", () => {
  const regions = Array.from({ length: 8000 }, (_, i) => `"https://e${i}.b", "region": "r-${i}"`);
  const text = (promise: (i: number) => string): string =>
    `{ "clusters": { "c": { "location": "edge", "endpoints": [${
      regions.map((fields) => `{ "url": ${fields} }`)
    }] } }, "routes": [${
      Array.from(
        { length: 20_000 },
        (_, i) =>
          `{ "name": "r${i}", "to": "c", "match": { "path": "/${i}" }, "confine": { "regions": [${
            promise(i)
          }] } }`,
      )
    }] }`;
  const same = validate(text(() => '"x*", "r-*"'), { target: "deno" });
  assert.deepEqual(same.findings.filter(({ severity }) => severity === "error"), []);
  const each = validate(text((i) => `"x${i}*", "r-*"`), { target: "deno" });
  const errors = each.findings.filter(({ severity }) => severity === "error");
  assert.equal(errors.length, 1);
  assert.match(
    formatFinding("p", errors[0]!),
    / LIM068 routes\[\d+\]\.confine: neither this promise nor/,
  );
});
