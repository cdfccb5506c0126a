/** The last good policy stays in force, whatever happens to the store. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway, RUNTIMES, startGateway } from "./support/gateway.ts";
import { rawRequest } from "./support/raw.ts";
import { type RawStore, rawStore } from "./support/raw_store.ts";

const saying = (body: string): string =>
  `{ // raw\n"clusters": {}, "routes": [{ "name": "say", "respond": { "status": 200, "body": "${body}" } }] }`;

const newer = saying("newer").replace(`"routes"`, `"teleport": true, "routes"`);

/** What is done to the store, and what the gateway's log then says. */
const spoilt:
  readonly (readonly [what: string, spoil: (store: RawStore) => Promise<void>, RegExp])[] = [
    ["no JSON", (store) => store.put(`{ "clusters": `), /"code":"invalid_policy"/],
    [
      "an unknown cluster",
      (store) => store.put(saying("bad").replace("{}", `{}, "defaults": 1`)),
      /defaults/,
    ],
    ["a deleted key", (store) => store.remove(), /"code":"missing"/],
    [
      "a policy from a newer Limen",
      (store) =>
        store.putStamped(newer, {
          revision: "0123456789ab",
          fingerprint: "from-the-future",
          at: "2100-01-01T00:00:00.000Z",
        }),
      /teleport/,
    ],
  ];

/** Longer than any refresh, and the machine may be busy. */
const PATIENCE_MS = 10_000;

/** Asks, which also makes a Worker look, until the answer or the log since `from` is so. */
async function until(
  gateway: RunningGateway,
  holds: (answer: string) => boolean,
): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds((await rawRequest(gateway.port)).body)) {
    assert.ok(Date.now() < end, `not within ${PATIENCE_MS} ms; log:\n${gateway.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The policy in force, as the admin API shows it. */
async function active(gateway: RunningGateway): Promise<{ etag: string; text: string }> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`${gateway.url}/_limen/policy`, { headers });
  return { etag: response.headers.get("etag")!, text: await response.text() };
}

async function assertServes(gateway: RunningGateway, body: string): Promise<void> {
  const { status, body: answer } = await rawRequest(gateway.port);
  assert.deepEqual([status, answer], [200, body]);
  const ready = await fetch(`${gateway.url}/_limen/readyz`);
  assert.deepEqual([ready.status, await ready.json()], [200, { status: "ready" }]);
  assert.equal((await active(gateway)).text, saying(body));
}

for (const runtime of RUNTIMES) {
  Deno.test(`store on ${runtime}`, async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "limen-e2e-" });
    const kv = `${folder}/kv`;
    const store = rawStore(runtime, kv);
    let gateway = await startGateway(runtime, { kv });
    const restart = async (): Promise<void> => {
      assert.equal(await gateway.stop(), 0);
      gateway = await startGateway(runtime, { kv });
    };
    try {
      await gateway.push(saying("good"));

      for (const [what, spoil, said] of spoilt) {
        await t.step(`${what} leaves the last good policy in force`, async () => {
          const before = gateway.log().length;
          await spoil(store);
          await until(gateway, (answer) => {
            assert.equal(answer, "good");
            return said.test(gateway.log().slice(before));
          });
          await assertServes(gateway, "good");
        });
      }

      await t.step("even after a cold start", async () => {
        await restart();
        await assertServes(gateway, "good");
        assert.match(gateway.log(), /"event":"policy_activated".*"from":"last_good"/);
        assert.match(gateway.log(), /"event":"policy_error"/);
      });

      await t.step("a raw put of a valid policy is a push", async () => {
        await store.put(saying("by hand"));
        await until(gateway, (answer) => answer === "by hand");
        await assertServes(gateway, "by hand");
        await restart();
        await assertServes(gateway, "by hand");
      });

      await t.step("a push over it names it in If-Match", async () => {
        const { etag } = await active(gateway);
        const push = async (body: string): Promise<number> => {
          const response = await fetch(`${gateway.url}/_limen/policy`, {
            method: "PUT",
            headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "if-match": etag },
            body: saying(body),
          });
          await response.body?.cancel();
          return response.status;
        };
        assert.deepEqual([await push("pushed"), await push("late")], [200, 412]);
        await restart();
        await assertServes(gateway, "pushed");
        // What a push has validated is compiled, not validated again.
        assert.match(gateway.log(), /"event":"policy_activated".*"validated":false/);
      });

      await t.step("a raw put that is broken goes without a trace when it is mended", async () => {
        await store.put("oops");
        const before = gateway.log().length;
        await until(gateway, () => /"policy_error"/.test(gateway.log().slice(before)));
        await gateway.push(saying("mended"));
        await assertServes(gateway, "mended");
        assert.match(gateway.log().slice(before), /"event":"policy_recovered"/);
      });
    } finally {
      await gateway.stop();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
