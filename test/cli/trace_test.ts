import assert from "node:assert/strict";
import * as jose from "jose";
import { decisionLines } from "../../src/cli/decision_lines.ts";
import type { Decision } from "../../src/decision/decision.ts";
import picocolors from "picocolors";
import { startOrigin } from "../e2e/support/origin.ts";
import { runCommand } from "./support/command.ts";

const plain = picocolors.createColors(false);

const decision: Decision = {
  revision: "0123456789ab",
  route: "shop",
  answered: "upstream",
  totalMs: 47,
};

interface LinesRow {
  readonly name: string;
  readonly status?: number;
  readonly decision: Partial<Decision>;
  readonly want: readonly string[];
}

const lines: readonly LinesRow[] = [
  {
    name: "a retry elsewhere",
    decision: {
      shares: { aws: 0.8, dc: 0.2 },
      chosen: { member: "aws", by: "weight", cluster: "aws" },
      attempts: [
        { cluster: "aws", endpoint: 0, cause: "first", atMs: 0, tookMs: 5, outcome: "reset" },
        {
          cluster: "dc",
          endpoint: 1,
          cause: "retry",
          of: 1,
          waitMs: 20,
          atMs: 25,
          tookMs: 22,
          outcome: 200,
        },
      ],
    },
    want: [
      "GET http://shop.test/",
      "200 from dc/1 in 47 ms, by the policy 0123456789ab",
      "Route shop took it.",
      "Shares: aws 80.0 %, dc 20.0 %.",
      "Chosen: aws, drawn by weight.",
      "",
      "Tries",
      "  1  aws/0  first                     at 0 ms   5 ms  reset",
      "  2  dc/1   retry of 1, after 20 ms  at 25 ms  22 ms  200",
    ],
  },
  {
    name: "everything else that there may be",
    status: 503,
    decision: {
      answered: "over_capacity",
      chosen: { member: "aws", by: "sticky", cluster: "pop", moved: "capacity" },
      newCookie: true,
      full: ["aws", "pop"],
      panic: ["dc"],
      fault: { delayMs: 2000, abortStatus: 418 },
      mirrors: ["shadow/0"],
      noRetry: "capacity",
      cut: true,
    },
    want: [
      "GET http://shop.test/",
      "503 by the gateway (over_capacity) in 47 ms, by the policy 0123456789ab",
      "Route shop took it.",
      "Chosen: aws, by the caller's sticky key; it went on to pop, for want of capacity.",
      "The caller had no sticky cookie yet, and got one.",
      "No capacity left: aws, pop.",
      "In panic, so that health was ignored: dc.",
      "Injected by the route's fault: waited 2000 ms, answered 418.",
      "Copied to: shadow/0.",
      "No further try: no cluster had capacity left.",
      "Some of it was left out: a header has only so much room.",
    ],
  },
  {
    name: "a failover",
    decision: { chosen: { member: "aws", by: "only", cluster: "pop", moved: "failover" } },
    want: [
      "GET http://shop.test/",
      "200 in 47 ms, by the policy 0123456789ab",
      "Route shop took it.",
      "Chosen: aws, the route's only cluster; it went on to pop, for want of health (failover).",
    ],
  },
  {
    name: "no policy, and nothing that a terminal obeys",
    status: 503,
    decision: { revision: null, route: null, answered: "not_ready", full: ["\x1b[2J"] },
    want: [
      "GET http://shop.test/",
      "503 by the gateway (not_ready) in 47 ms, without a policy",
      "No route took it.",
      "No capacity left: \ufffd[2J.",
    ],
  },
];

for (const { name, status = 200, decision: more, want } of lines) {
  Deno.test(`decision lines: ${name}`, () => {
    const traced = {
      method: "GET",
      url: "http://shop.test/",
      status,
      decision: { ...decision, ...more },
    };
    assert.deepEqual(decisionLines(traced, plain), want);
  });
}

const env = { LIMEN_ADMIN_TOKEN: "t" };

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stderr: RegExp;
}

const refused: readonly Row[] = [
  { name: "no URL", args: [], code: 2, stderr: /^limen: what URL\? --header-only needs none\n$/ },
  { name: "half a URL", args: ["shop.test"], code: 2, stderr: /"shop\.test" is not a whole URL/ },
  {
    name: "half a header",
    args: ["http://a.test", "-H", "x"],
    code: 2,
    stderr: /"x" is no header/,
  },
  {
    name: "a GET request with a body",
    args: ["http://a.test", "-X", "GET", "--data", "x"],
    code: 2,
    stderr: /^limen: can't send this: .*GET/,
  },
  { name: "too long", args: ["--ttl", "61m"], code: 2, stderr: /A duration from 1s to 1h/ },
  { name: "too short", args: ["--ttl", "1ms"], code: 2, stderr: /A duration from 1s to 1h/ },
  {
    name: "no admin token",
    args: ["http://a.test"],
    env: {},
    code: 2,
    stderr: /^limen: set LIMEN_ADMIN_TOKEN to the gateway's admin token\n$/,
  },
];
for (const { name, args, code, stderr, ...more } of refused) {
  Deno.test(`limen trace: ${name}`, async () => {
    const ran = await runCommand("main", ["trace", ...args], { env: more.env ?? env });
    assert.deepEqual([ran.code, ran.stdout], [code, ""], ran.stderr);
    assert.match(ran.stderr, stderr);
  });
}

for (
  const [args, host, seconds] of [
    [[], undefined, 300],
    [["--ttl", "1h"], undefined, 3_600],
    [["http://Shop.test:8080/x"], "shop.test", 300],
    [["http://127.0.0.1/x", "-H", "Host: Shop.test:8080"], "shop.test", 300],
  ] as const
) {
  Deno.test(`limen trace --header-only ${args.join(" ")}`, async () => {
    const ran = await runCommand("main", ["trace", "--header-only", ...args], { env });
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    const [, token] = /^x-limen-explain: (\S+)\n$/.exec(ran.stdout) ?? [];
    const claims = jose.decodeJwt(token!);
    assert.deepEqual([claims["host"], claims.exp! - claims.iat!], [host, seconds]);
  });
}

const jwt = await new jose.SignJWT({ scope: "limen:read" })
  .setProtectedHeader({ alg: "HS256" }).sign(new Uint8Array(32));

Deno.test("limen trace: a JWT goes as it is, and has its own end", async () => {
  const withJwt = { env: { LIMEN_ADMIN_TOKEN: jwt } };
  const header = await runCommand("main", ["trace", "--header-only"], withJwt);
  assert.deepEqual([header.code, header.stdout], [0, `x-limen-explain: ${jwt}\n`]);
  const ttl = await runCommand("main", ["trace", "--header-only", "--ttl", "1m"], withJwt);
  assert.deepEqual([ttl.code, ttl.stdout], [2, ""]);
  assert.match(ttl.stderr, /is a JWT, which says itself how long it is good for/);

  const seen: unknown[] = [];
  await using origin = await startOrigin((request, response) => {
    seen.push(request.headers["x-limen-explain"]);
    response.writeHead(200).end();
  });
  const sent = await runCommand("main", ["trace", origin.url], withJwt);
  assert.deepEqual([sent.code, sent.stdout, seen], [3, "", [jwt]]);
  assert.match(sent.stderr, /answered 200 without a decision: the gateway may have had no keys/);
});

Deno.test("limen trace: what only looks like a JWT is a token that signs", async () => {
  const ran = await runCommand("main", ["trace", "--header-only"], {
    env: { LIMEN_ADMIN_TOKEN: "some.admin.token" },
  });
  const [, token] = /^x-limen-explain: (\S+)\n$/.exec(ran.stdout) ?? [];
  assert.equal(jose.decodeJwt(token!).aud, "limen-explain", ran.stderr);
});

Deno.test("limen trace: what is sent, and what is printed for programs", async () => {
  const seen: unknown[] = [];
  await using origin = await startOrigin(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    seen.push([method, url, headers["host"], headers["a"], body]);
    response.writeHead(302, { location: "/", "x-limen-explain": JSON.stringify(decision) }).end();
  });
  const url = `${origin.url}/x?y`;
  const args = ["trace", url, "-H", "a: 1", "-H", "host: shop.test", "--data", "hi", "--json"];
  const ran = await runCommand("main", args, { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(seen, [["POST", "/x?y", "shop.test", "1", "hi"]]);
  assert.deepEqual(JSON.parse(ran.stdout), { method: "POST", url, status: 302, decision });
});

Deno.test("limen trace: nobody there, and nobody who explains", async () => {
  await using origin = await startOrigin((request, response) => {
    const odd = request.url === "/odd" ? { "x-limen-explain": "odd" } : {};
    response.writeHead(200, odd).end();
  });
  const told = async (path: string): Promise<string> => {
    const ran = await runCommand("main", ["trace", `${origin.url}${path}`], { env });
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    return ran.stderr;
  };
  assert.match(
    await told("/"),
    /answered 200 without a decision: LIMEN_ADMIN_TOKEN here may not be/,
  );
  assert.match(await told("/odd"), /answered 200 with something else in x-limen-explain/);
  await origin.kill();
  assert.match(await told("/"), /^limen: can't reach http:/);
});
