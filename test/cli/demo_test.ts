import assert from "node:assert/strict";
import { descendants, isRunning } from "../e2e/support/processes.ts";
import { ROOT, RUNTIMES } from "../e2e/support/gateway.ts";
import { validate } from "../../src/policy/validate.ts";
import { runCommand, spawnCommand } from "./support/command.ts";

/** First of five ports in a row that are free now. */
function fivePorts(): number {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      for (let port = first; port < first + 5; port++) {
        Deno.listen({ hostname: "127.0.0.1", port }).close();
      }
      return first;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** How many of `n` requests reached each cluster; each must have succeeded. */
async function tally(url: string, n: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < n; i++) {
    const response = await fetch(url);
    assert.equal(response.status, 200, await response.clone().text());
    const { cluster } = await response.json() as { cluster: string };
    counts[cluster] = (counts[cluster] ?? 0) + 1;
  }
  return counts;
}

for (const runtime of RUNTIMES) {
  Deno.test(`demo on ${runtime}: what it prints to try works, and it leaves nothing`, async (t) => {
    const first = fivePorts();
    const startedMs = performance.now();
    const args = ["--runtime", runtime, "--port", "0", "--clusters-from", String(first)];
    const child = spawnCommand("demo", args, { detached: true });
    const stderr = new Response(child.stderr).text();
    const printed = await outputUntilReady(child.stdout);
    const tookMs = performance.now() - startedMs;
    const find = (pattern: RegExp): string => {
      const found = pattern.exec(printed)?.[1];
      assert.ok(found, `${pattern} is not in:\n${printed}`);
      return found;
    };
    const url = find(/^limen ready on (\S+)$/m);
    const control = find(/^ {2}control +(\S+)/m);
    const token = find(/Bearer (\w+)/);
    const policy = find(/its policy is (\S+)$/m);
    const shop = `${url}/shop/`;
    const all = [child.pid, ...descendants(child.pid)];
    try {
      await t.step("within 15 seconds", () => assert.ok(tookMs < 15_000, `${tookMs} ms`));
      await t.step("the split is visible", async () => {
        const { aws = 0, dc = 0, ...others } = await tally(shop, 100);
        assert.deepEqual(others, {});
        assert.ok(aws > dc && dc > 0, `aws ${aws}, dc ${dc}`);
      });
      await t.step("header, rewrite, redirect, own answer", async () => {
        const beta = await fetch(shop, { headers: { "x-beta": "yes" } });
        assert.match(await beta.text(), /"cluster":"pop"/);
        assert.match(await (await fetch(`${url}/api/items`)).text(), /"path":"\/v2\/items"/);
        const moved = await fetch(`${url}/store/x`, { redirect: "manual" });
        assert.deepEqual([moved.status, moved.headers.get("location")], [301, `${url}/shop/x`]);
        assert.equal(await (await fetch(`${url}/hello`)).text(), "Hello from the gateway.\n");
      });
      await t.step("a caller of the canary stays where he is", async () => {
        const met = await fetch(`${url}/checkout/`);
        const cookie = met.headers.getSetCookie()[0]!.split(";")[0]!;
        const { cluster } = await met.json() as { cluster: string };
        for (let i = 0; i < 10; i++) {
          const again = await fetch(`${url}/checkout/`, { headers: { cookie } });
          assert.match(await again.text(), new RegExp(`"cluster":"${cluster}"`));
        }
      });
      await t.step("a killed cluster costs no request", async () => {
        const stopped = await fetch(`${control}/aws/stop`, { method: "POST" });
        assert.match(await stopped.text(), /^aws is stopped$/m);
        await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: first + 1 }));
        const { aws = 0, pop = 0 } = await tally(shop, 50);
        assert.ok(aws === 0 && pop > 0, `aws ${aws}, pop ${pop}`);
      });
      await t.step("and gets its traffic back", async () => {
        await (await fetch(`${control}/aws/start`, { method: "POST" })).body?.cancel();
        const until = Date.now() + 10_000;
        while (!(await tally(shop, 10)).aws) {
          assert.ok(Date.now() < until, "no traffic returned");
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      });
      await t.step("a drained cluster gets nothing, an undrained one its share", async () => {
        const post = async (what: string): Promise<void> => {
          const response = await fetch(`${url}/_limen/clusters/aws/${what}`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}` },
          });
          assert.equal(response.status, 200, await response.text());
        };
        await post("drain");
        assert.equal((await tally(shop, 50)).aws, undefined);
        await post("undrain");
        assert.ok((await tally(shop, 50)).aws! > 25);
      });
      await t.step("a pushed policy holds from the next request on", async () => {
        const [, from, to] = /sed 's\/(.*?)\/(.*?)\/'/.exec(printed) ?? [];
        const path = policy.startsWith("/") ? policy : `${ROOT}/${policy}`;
        const text = await Deno.readTextFile(path);
        assert.ok(text.includes(from!), `${from} is not in the policy`);
        const pushed = await fetch(`${url}/_limen/policy`, {
          method: "PUT",
          headers: { authorization: `Bearer ${token}` },
          body: text.replace(from!, to!),
        });
        assert.equal(pushed.status, 200, await pushed.text());
        assert.deepEqual(await tally(shop, 20), { dc: 20 });
      });
      await t.step("the command lines that it prints", async () => {
        const env = { LIMEN_ADMIN_TOKEN: token!, LIMEN_TO: url };
        const [, given] = /export (LIMEN_ADMIN_TOKEN=\S+ LIMEN_TO=\S+)\n/.exec(printed) ?? [];
        assert.equal(given, Object.entries(env).map((pair) => pair.join("=")).join(" "));
        const lines = [
          ...printed.matchAll(/ task limen (explain|status|history|rollback|push) .*/g),
        ]
          .concat([...printed.matchAll(/ task limen (status|history)$/gm)])
          .map(([line]) => line.replace(" task limen ", "").split(" "));
        assert.equal(lines.length, 5, printed);
        for (const args of lines) {
          const ran = await runCommand("main", args, { env });
          assert.equal(ran.code, 0, `${args.join(" ")}: ${ran.stderr}`);
        }
        assert.ok((await tally(shop, 50)).aws! > 0);
      });
      await t.step("a control that is misspelt says what there is", async () => {
        const wrong = await fetch(`${control}/asw/stop`, { method: "POST" });
        assert.equal(wrong.status, 404);
        assert.match(await wrong.text(), /There is no cluster asw\.\naws runs\n/);
      });
    } finally {
      Deno.kill(-child.pid, "SIGINT");
      assert.equal((await child.status).code, 0, await stderr);
    }
    assert.deepEqual(all.filter(isRunning), []);
    await assert.rejects(Deno.stat(policy), Deno.errors.NotFound);
  });
}

async function outputUntilReady(stream: ReadableStream<Uint8Array>): Promise<string> {
  let printed = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (/^limen ready on \S+$/m.test(printed)) break;
  }
  return printed;
}

for (
  const { name, offset } of [{ name: "control", offset: 0 }, { name: "cluster dc", offset: 3 }]
) {
  Deno.test(`demo: a port of its ${name} is taken`, async () => {
    const first = fivePorts();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: first + offset });
    const args = ["--port", "0", "--clusters-from", String(first)];
    const ran = await runCommand("demo", args);
    listener.close();
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    const want = `${name}: port ${first + offset} on 127.0.0.1 is taken by another process`;
    assert.ok(ran.stderr.includes(want), ran.stderr);
  });
}

Deno.test("policies/demo.json has nothing to complain of on Deno", async () => {
  const text = await Deno.readTextFile(`${ROOT}/policies/demo.json`);
  assert.deepEqual(validate(text, { target: "deno" }).findings, []);
});
