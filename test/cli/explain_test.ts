import assert from "node:assert/strict";
import { runCommand } from "./support/command.ts";

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
  assert.deepEqual(JSON.parse(stdout), {
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
