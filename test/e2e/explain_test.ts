/** A decision that is told to whoever may know it, and to nobody else. */
import assert from "node:assert/strict";
import type { Decision } from "../../src/decision/decision.ts";
import { signExplainToken } from "../../src/guard/explain_token.ts";
import { runCommand } from "../cli/support/command.ts";
import { ADMIN_TOKEN } from "./support/gateway.ts";
import { startOrigin } from "./support/origin.ts";
import { oneCluster } from "./support/policies.ts";
import { echo, open, startSocketOrigin } from "./support/sockets.ts";
import { suite } from "./support/suite.ts";

/** Health changes nothing here: each case is about single requests. */
const CALM = { outlierDetection: false };

const tokenOf = (adminToken: string): Promise<string> =>
  signExplainToken(adminToken, { nowMs: Date.now(), ttlSeconds: 60 });

suite("explained requests", {
  "a retry from a dead endpoint to another one": async (gateway) => {
    await using dead = await startOrigin("dead");
    await dead.kill();
    await using good = await startOrigin("good");
    const revision = await gateway.push(oneCluster([dead.url, good.url], {}, CALM));
    const headers = { "x-limen-explain": await tokenOf(ADMIN_TOKEN) };
    const retried: Decision[] = [];
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${gateway.url}/x`, { headers });
      const echoed = JSON.parse(await response.text());
      assert.equal(echoed.headers["x-limen-explain"], undefined);
      const decision: Decision = JSON.parse(response.headers.get("x-limen-explain")!);
      assert.deepEqual(
        [decision.revision, decision.route, decision.answered, decision.chosen],
        [revision, "all", "upstream", { member: "aws", by: "only", cluster: "aws" }],
      );
      if (decision.attempts!.length > 1) retried.push(decision);
    }
    // The two take turns.
    assert.equal(retried.length, 1);
    const [first, second] = retried[0]!.attempts!;
    assert.deepEqual([first!.endpoint, first!.cause], [0, "first"]);
    // workerd can't tell a refused connection from one that broke.
    assert.ok(["connect-failure", "reset"].includes(String(first!.outcome)), `${first!.outcome}`);
    assert.deepEqual([second!.endpoint, second!.cause, second!.of, second!.outcome], [
      1,
      "retry",
      1,
      200,
    ]);
    assert.ok(retried[0]!.totalMs >= second!.atMs!);
  },

  "on the gateway's own answer, and on a WebSocket's": async (gateway) => {
    await gateway.push(oneCluster([], {}, CALM));
    const headers = { "x-limen-explain": await tokenOf(ADMIN_TOKEN) };
    const response = await fetch(gateway.url, { headers });
    assert.equal(response.status, 503);
    await response.body?.cancel();
    const decision: Decision = JSON.parse(response.headers.get("x-limen-explain")!);
    assert.equal(decision.answered, "no_healthy_upstream");

    await using sockets = await startSocketOrigin(echo, ["x-limen-explain: an upstream's own"]);
    await gateway.push(oneCluster([sockets.url], {}, CALM));
    const told = await open(gateway.url, { headers });
    const upgrade: Decision = JSON.parse(told.headers.get("x-limen-explain")!);
    assert.deepEqual([upgrade.answered, upgrade.attempts![0]!.outcome], ["upstream", 101]);
    told.socket.send("hello");
    assert.equal(await told.next(), "hello");
    const plain = await open(gateway.url);
    assert.equal(plain.headers.get("x-limen-explain"), null);
    for (const { socket, closed } of [told, plain]) {
      socket.close();
      await closed;
    }
  },

  "a stranger sees nothing, and neither does the upstream": async (gateway) => {
    await using origin = await startOrigin((request, response) => {
      response.setHeader("x-limen-explain", "an upstream's own");
      response.end(JSON.stringify(request.headers));
    });
    await gateway.push({
      ...oneCluster([origin.url], {}, CALM) as Record<string, unknown>,
      trust: { proxies: ["127.0.0.0/8"] },
    });
    for (const shown of [await tokenOf("another token"), ADMIN_TOKEN, "true", ""]) {
      const response = await fetch(gateway.url, { headers: { "x-limen-explain": shown } });
      const upstream = JSON.parse(await response.text());
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-limen-explain"), null, shown);
      assert.equal(upstream["x-limen-explain"], undefined);
    }
  },

  "limen trace and limen explain ask a running gateway": async (gateway) => {
    await using good = await startOrigin("good");
    await gateway.push(oneCluster([good.url], {}, CALM));
    const env = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN };
    const traced = await runCommand("main", ["trace", `${gateway.url}/x`], { env });
    assert.equal(traced.code, 0, traced.stderr);
    assert.match(traced.stdout, /\n200 from aws\/0 in \d+ ms, by the policy [0-9a-f]{12}\n/);
    assert.match(traced.stdout, /\nRoute all took it\.\n/);
    const wrong = await runCommand("main", ["trace", `${gateway.url}/x`], {
      env: { LIMEN_ADMIN_TOKEN: "another" },
    });
    assert.deepEqual([wrong.code, wrong.stdout], [3, ""]);
    assert.match(wrong.stderr, /answered 200 without a decision: LIMEN_ADMIN_TOKEN here may not/);
    const explained = await runCommand(
      "main",
      ["explain", gateway.url, "GET", "http://shop.test/x", "-H", "a: 1", "-H", "a: 2"],
      { env },
    );
    assert.equal(explained.code, 0, explained.stderr);
    assert.match(explained.stdout, /\nRoute all takes it\.\n/);
    assert.match(explained.stdout, /\n {2}a: 1, 2\n/);
    assert.match(explained.stdout, /\nShares, by the health that the gateway knows of now\n/);
  },
});
