import assert from "node:assert/strict";
import { runCommand, temporaryFolder } from "./support/command.ts";

const POLICY = `{
  "clusters": { "aws": { "location": "public", "endpoints": ["https://aws.test"] } },
  "routes": [
    { "name": "beta", "match": { "path": "/shop/*", "headers": { "x-beta": "yes" } }, "to": "aws" },
    { "name": "shop", "match": { "path": "/shop/*" }, "to": "aws" },
    { "name": "hello", "match": { "path": "/hello" }, "respond": { "status": 200, "body": "Hi\\nyou" } }
  ]
}`;

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly code: number;
  readonly stdout: RegExp;
  readonly stderr: RegExp;
}

const NOTHING = /^$/;
const CART = ["-", "GET", "https://shop.test/shop/cart"];

const rows: readonly Row[] = [
  {
    name: "a request",
    args: CART,
    code: 0,
    stdout:
      /^GET \S+\nRoute shop takes it\.\nIt goes to aws 100\.0 %\.\n\nSent to aws\/0, its most probable endpoint\n {2}GET https:\/\/aws\.test\/shop\/cart\n {2}host: aws\.test\n[^]*\nOther routes\n {2}beta +header x-beta is absent, must be "yes"\n {2}hello +path is \/shop\/cart, not \/hello\n$/,
    stderr: NOTHING,
  },
  {
    name: "headers",
    args: [...CART, "-H", "X-Beta: yes", "-H", "x-other:  1 "],
    code: 0,
    stdout: /Route beta takes it\.[^]*\n {2}x-beta: yes\n[^]*\n {2}x-other: 1\n/,
    stderr: NOTHING,
  },
  {
    name: "an answer of the gateway's own",
    args: ["-", "GET", "http://shop.test/hello"],
    code: 0,
    stdout:
      /Route hello takes it\.\n\nThe gateway answers by itself\n {2}200\n[^]*\n\n {2}Hi\n {2}you\n/,
    stderr: NOTHING,
  },
  {
    name: "no route",
    args: ["-", "GET", "http://shop.test/"],
    code: 0,
    stdout: /\nNo route takes it\.\n[^]*\n {2}404\n/,
    stderr: NOTHING,
  },
  {
    name: "no request",
    args: ["-", "GET", "http://shop.test/%zz"],
    code: 0,
    stdout: /\nIt is refused before a route is looked for\.\n[^]*\n {2}400\n/,
    stderr: NOTHING,
  },
  {
    name: "no URL",
    args: ["-", "GET", "/shop"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: "\/shop" is not a whole URL, such as /,
  },
  {
    name: "no header",
    args: [...CART, "-H", "x-beta"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: "x-beta" is no header, such as 'x-beta: yes'\n$/,
  },
  {
    name: "a place that can't be read",
    args: [...CART, "--from", "country=Germany"],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: --from: country=Germany is not/,
  },
  {
    name: "an invalid policy",
    args: CART,
    stdin: "{",
    code: 1,
    stdout: /^-:1:\d+ LIM001 /,
    stderr: /^limen: - is not a valid policy/,
  },
  {
    name: "guards",
    args: CART,
    stdin: POLICY.replace(
      `"https://aws.test"]`,
      `"https://aws.test"], "circuitBreaker": { "maxRequests": 9 }`,
    ),
    code: 0,
    stdout: /\nGuards\n {2}circuitBreaker {2}pass {2}aws: up to 9 requests in flight\n/,
    stderr: NOTHING,
  },
  {
    name: "endpoints",
    args: CART,
    code: 0,
    stdout:
      /\nShares, if every endpoint is well\n {2}aws +100\.0 % .*\n {4}0 https:\/\/aws\.test {2}healthy {2}level 0 +100\.0 %\n/,
    stderr: NOTHING,
  },
  {
    name: "a file that is named like a target",
    args: ["./deno", ...CART.slice(1)],
    code: 2,
    stdout: NOTHING,
    stderr: /^limen: can't read \.\/deno: there is no such file\n$/,
  },
  {
    name: "a target that is none",
    args: ["cloudflare:", ...CART.slice(1)],
    code: 2,
    stdout: NOTHING,
    stderr: /A target is a gateway's URL, cloudflare\[:ENV\] or deno/,
  },
  {
    name: "a gateway that is not there",
    // Port 1 is nobody's.
    args: ["http://127.0.0.1:1", ...CART.slice(1)],
    code: 3,
    stdout: NOTHING,
    stderr: /^limen: can't reach the gateway at http:\/\/127\.0\.0\.1:1: /,
  },
  {
    name: "a URL left out",
    args: ["-", "GET"],
    code: 2,
    stdout: NOTHING,
    stderr: /missing required argument 'url'/,
  },
];

for (const { name, args, stdin = POLICY, code, stdout, stderr } of rows) {
  Deno.test(`limen explain: ${name}`, async () => {
    const ran = await runCommand("main", ["explain", ...args], { stdin });
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stdout, stdout);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen explain --json: the contract's shape", async () => {
  const args = ["explain", ...CART, "--json", "-H", "x-request-id: r1", "--from", "ip=203.0.113.7"];
  const { code, stdout, stderr } = await runCommand("main", args, { stdin: POLICY });
  assert.deepEqual([code, stderr], [0, ""]);
  const { endpoints, ...told } = JSON.parse(stdout);
  assert.deepEqual(endpoints, [{
    cluster: "aws",
    index: 0,
    url: "https://aws.test",
    priority: 0,
    region: null,
    zone: null,
    state: "healthy",
    share: 1,
  }]);
  assert.deepEqual(told, {
    live: false,
    route: "shop",
    considered: [
      { route: "beta", why: 'header x-beta is absent, must be "yes"' },
      { route: "hello", why: "path is /shop/cart, not /hello" },
    ],
    guards: [],
    clusters: { aws: 1 },
    request: {
      method: "GET",
      url: "https://aws.test/shop/cart",
      headers: {
        host: "aws.test",
        forwarded: "for=203.0.113.7;host=shop.test;proto=https",
        via: "1.1 limen",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-host": "shop.test",
        "x-forwarded-proto": "https",
        "x-request-id": "r1",
      },
    },
    response: null,
    endpoint: { cluster: "aws", index: 0 },
    pinned: false,
    panic: [],
  });
});

Deno.test("limen explain: of many other routes, the closest are shown", async () => {
  const routes = Array.from({ length: 100 }, (_, i) => ({
    name: `r${i}`,
    match: i === 90 ? { path: "/x", method: "PUT" } : { path: `/${i}` },
    to: "aws",
  }));
  const policy = { ...JSON.parse(POLICY), routes };
  const ran = await runCommand("main", ["explain", "-", "GET", "http://shop.test/x"], {
    stdin: JSON.stringify(policy),
  });
  const lines = ran.stdout.trimEnd().split("\n");
  const heading = lines.indexOf("Other routes");
  assert.match(lines[heading + 1]!, /^ {2}r90 +method is GET, not PUT$/);
  assert.equal(lines.at(-1), "  and 80 more: --json has them all");
  assert.equal(lines.length, heading + 22);
});

Deno.test("limen explain and simulate: of a store, by the policy that it holds", async () => {
  await using folder = await temporaryFolder();
  const target = `deno:${folder.path}/kv.sqlite`;
  (await Deno.openKv(`${folder.path}/kv.sqlite`)).close();
  const empty = await runCommand("main", ["explain", target, ...CART.slice(1)]);
  assert.deepEqual([empty.code, empty.stdout], [3, ""]);
  assert.match(empty.stderr, /^limen: the Deno KV .* holds no policy\n$/);
  const pushed = await runCommand("main", ["push", "-", "--to", target, "--yes"], {
    stdin: POLICY,
  });
  assert.equal(pushed.code, 0, pushed.stderr);
  const explained = await runCommand("main", ["explain", target, ...CART.slice(1)]);
  assert.equal(explained.code, 0, explained.stderr);
  assert.match(explained.stdout, /\nRoute shop takes it\.\n/);
  assert.match(
    explained.stderr,
    /^explained here, by the policy [0-9a-f]{12} of the Deno KV .*: no gateway was asked\n$/,
  );
  const simulated = await runCommand("main", ["simulate", target, "--json"]);
  assert.equal(simulated.code, 0, simulated.stderr);
  const { routes } = JSON.parse(simulated.stdout);
  assert.deepEqual(routes.map(({ route }: { route: string }) => route), ["beta", "shop"]);
  assert.match(simulated.stderr, /^simulated here, by the policy [0-9a-f]{12} of the Deno KV /);
});
