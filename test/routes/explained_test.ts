/** Who gets a decision told, and what nobody else ever sees. */
import assert from "node:assert/strict";
import type { ExplainGuard } from "../../routes/explain_guard.ts";
import type { Decision } from "../../src/decision/decision.ts";
import { decisionIn } from "../../src/decision/header.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { FakeAnswer, type Reply } from "../support/platform.ts";
import { entrance } from "./fixture.ts";

const TOKEN = "a.good.token";

interface Asked {
  readonly shown: string;
  readonly host: string;
}

/** Takes one token, and remembers who asked. */
function guard(): ExplainGuard & { readonly asked: readonly Asked[]; readonly freshened: number } {
  const asked: Asked[] = [];
  let freshened = 0;
  return {
    asked,
    get freshened(): number {
      return freshened;
    },
    allows: (shown, host) => {
      asked.push({ shown, host });
      return Promise.resolve(shown === TOKEN);
    },
    freshen: () => {
      freshened++;
      return Promise.resolve();
    },
  };
}

const decisionOf = (response: Response): Decision | null => {
  const header = response.headers.get("x-limen-explain");
  return header === null ? null : decisionIn(header);
};

const ROUTES: Policy["routes"] = [
  { name: "all", to: "a", failover: ["b"] },
  { name: "moved", match: { path: "/moved" }, redirect: { path: { full: "/" } } },
  { name: "said", match: { path: "/said" }, respond: { status: 200, body: "hi" } },
  {
    name: "broken",
    match: { path: "/broken" },
    to: "a",
    fault: { abort: { percent: 100, status: 418 } },
  },
  {
    name: "late",
    match: { path: "/late" },
    to: "a",
    fault: { delay: { percent: 100, for: "2s" } },
  },
  {
    name: "pinned",
    match: { path: "/pinned" },
    split: { a: 1, b: 1 },
    sticky: { cookie: { name: "s" } },
  },
];

interface Row {
  readonly name: string;
  readonly path: string;
  readonly method?: string;
  readonly script?: readonly Reply[];
  readonly status: number;
  readonly want: Partial<Decision>;
}

const rows: readonly Row[] = [
  {
    name: "an upstream's answer, after a retry elsewhere",
    path: "/",
    script: ["connect", 200],
    status: 200,
    want: {
      revision: "0123456789ab",
      route: "all",
      answered: "upstream",
      shares: { a: 1 },
      chosen: { member: "a", by: "only", cluster: "a" },
      attempts: [
        {
          cluster: "a",
          endpoint: 0,
          cause: "first",
          atMs: 0,
          tookMs: 0,
          outcome: "connect-failure",
        },
        { cluster: "b", endpoint: 0, cause: "retry", of: 1, atMs: 0, tookMs: 0, outcome: 200 },
      ],
    },
  },
  {
    name: "no upstream's answer",
    path: "/",
    script: ["reset"],
    status: 502,
    want: { route: "all", answered: "upstream_reset" },
  },
  {
    name: "a redirect",
    path: "/moved",
    status: 302,
    want: { route: "moved", answered: "redirect" },
  },
  {
    name: "an answer by policy",
    path: "/said",
    status: 200,
    want: { route: "said", answered: "respond" },
  },
  {
    name: "an injected abort",
    path: "/broken",
    status: 418,
    want: { route: "broken", answered: "fault_injected", fault: { abortStatus: 418 } },
  },
  {
    name: "no request at all",
    path: "/%zz",
    status: 400,
    want: { revision: null, route: null, answered: "bad_request" },
  },
  {
    name: "a target that is too long",
    path: `/${"x".repeat(20_000)}`,
    status: 414,
    want: { answered: "uri_too_long" },
  },
  {
    name: "a method that can't be forwarded",
    path: "/",
    method: "TRACE",
    status: 501,
    want: { answered: "not_implemented" },
  },
  {
    name: "a caller that gets its cookie with this answer",
    path: "/pinned",
    status: 200,
    want: { newCookie: true, shares: { a: 0.5, b: 0.5 } },
  },
];

for (const { name, path, method = "GET", script = [200], status, want } of rows) {
  Deno.test(`explained: ${name}`, async () => {
    const explains = guard();
    const { ask, platform } = entrance(ROUTES, { script, explains });
    const url = `http://shop.test:8080${path}`;
    const response = await ask({ method, url, headers: { "x-limen-explain": TOKEN } });
    assert.equal(response.status, status);
    const told = decisionOf(response)!;
    for (const [key, value] of Object.entries(want)) {
      assert.deepEqual(told[key as keyof Decision], value, key);
    }
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual(explains.asked, [{ shown: TOKEN, host: "shop.test" }]);
    for (const { headers } of platform.sent) assert.equal(headers["x-limen-explain"], undefined);
  });
}

Deno.test("explained: no route, and no policy", async () => {
  const headers = { "x-limen-explain": TOKEN };
  const lost = entrance([{ name: "x", match: { path: "/x" }, to: "a" }], { explains: guard() });
  const { revision, route, answered } = decisionOf(await lost.ask({ headers }))!;
  assert.deepEqual([revision, route, answered], ["0123456789ab", null, "no_route"]);
  const empty = entrance(null, { explains: guard() });
  assert.equal(decisionOf(await empty.ask({ headers }))!.answered, "not_ready");
});

Deno.test("explained: an injected delay, and how long all of it took", async () => {
  const { ask, platform } = entrance(ROUTES, { explains: guard() });
  const answering = ask({ url: "http://shop.test/late", headers: { "x-limen-explain": TOKEN } });
  await platform.clock.advance(2_000);
  const { fault, totalMs, attempts } = decisionOf(await answering)!;
  assert.deepEqual([fault, totalMs, attempts![0]!.atMs], [{ delayMs: 2_000 }, 2_000, 2_000]);
});

Deno.test("explained: Limen's own endpoints decide nothing", async () => {
  const { ask } = entrance(ROUTES, { explains: guard() });
  const url = "http://shop.test/_limen/healthz";
  const response = await ask({ url, headers: { "x-limen-explain": TOKEN } });
  assert.equal(await response.text(), "own");
  assert.equal(response.headers.get("x-limen-explain"), null);
});

const strangers: Readonly<Record<string, string>> = {
  "a wrong token": "a.wrong.token",
  "nothing": "",
  "a word": "true",
};
for (const [what, shown] of Object.entries(strangers)) {
  Deno.test(`not explained: with ${what} the answer is everybody's`, async () => {
    const plain = await entrance(ROUTES).ask({ headers: { "x-request-id": "r" } });
    const { ask, platform } = entrance(ROUTES, { explains: guard() });
    const answer = await ask({ headers: { "x-limen-explain": shown, "x-request-id": "r" } });
    assert.deepEqual([...answer.headers], [...plain.headers]);
    assert.equal(answer.status, plain.status);
    assert.equal(platform.sent[0]!.headers["x-limen-explain"], undefined);
  });
}

Deno.test("not explained: whoever does not ask is never judged, nor waited for", async () => {
  const explains = guard();
  const { ask } = entrance(ROUTES, { explains });
  const response = await ask();
  assert.equal(response.headers.get("x-limen-explain"), null);
  assert.deepEqual([explains.asked, explains.freshened], [[], 0]);
});

Deno.test("not explained: a gateway that explains to nobody", async () => {
  const { ask, platform } = entrance(ROUTES);
  const response = await ask({ headers: { "x-limen-explain": TOKEN } });
  assert.equal(response.headers.get("x-limen-explain"), null);
  assert.equal(platform.sent[0]!.headers["x-limen-explain"], undefined);
});

Deno.test("explained: a trusted proxy's header, and every copy, goes upstream without it", async () => {
  const { ask, platform } = entrance(
    [{ name: "all", to: "a", mirror: [{ cluster: "b" }] }],
    { explains: guard(), trust: { proxies: ["198.51.100.0/24"] } },
  );
  for (const shown of [TOKEN, "a.wrong.token"]) {
    await ask({ headers: { "x-limen-explain": shown, "x-envoy-original-path": "/" } });
  }
  assert.equal(platform.sent.length, 4);
  for (const { headers } of platform.sent) {
    assert.equal(headers["x-limen-explain"], undefined);
    // So the sender is one that is trusted.
    assert.equal(headers["x-envoy-original-path"], "/");
  }
});

Deno.test("explained: what an upstream says in this header is dropped", async () => {
  const script = [
    (): Promise<FakeAnswer> =>
      Promise.resolve(
        new FakeAnswer(200, { "x-limen-explain": "forged", "cache-control": "max-age=9" }),
      ),
  ];
  const plain = await entrance(ROUTES, { script, explains: guard() }).ask();
  assert.equal(plain.headers.get("x-limen-explain"), null);
  assert.equal(plain.headers.get("cache-control"), "max-age=9");
  const { ask } = entrance(ROUTES, { script, explains: guard() });
  const told = await ask({ headers: { "x-limen-explain": TOKEN } });
  assert.equal(decisionOf(told)?.answered, "upstream");
});
