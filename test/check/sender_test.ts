import assert from "node:assert/strict";
import { checkSender } from "../../src/check/sender.ts";
import { FakePlatform } from "../support/platform.ts";

const target = {
  cluster: "dc",
  origin: "http://dc-0.test",
  url: "http://dc-0.test/up",
  host: "dc.internal",
  binding: "DC",
  timeoutMs: 2_000,
};

Deno.test("check sender: asks as the target says, and gives up the body", async () => {
  const platform = new FakePlatform([204]);
  const send = checkSender(platform, () => new Headers());
  const answer = await send(target, [["x-a", "1"]]);
  assert.equal(answer?.status, 204);
  assert.equal(platform.answers[0]!.discarded, true);
  const { signal, atMs: _, ...sent } = platform.sent[0]!;
  assert.deepEqual(sent, {
    url: "http://dc-0.test/up",
    method: "GET",
    headers: { "x-a": "1" },
    body: null,
    host: "dc.internal",
    binding: "DC",
    upgrade: false,
    idempotent: true,
  });
  assert.equal(platform.clock.pending, 0);
  assert.equal(signal.aborted, false);
});

for (const reply of ["connect", "reset"] as const) {
  Deno.test(`check sender: ${reply} is no answer`, async () => {
    const platform = new FakePlatform([reply]);
    assert.equal(await checkSender(platform, () => new Headers())(target, []), null);
    assert.equal(platform.clock.pending, 0);
  });
}

Deno.test("check sender: silence is no answer once the time is over, and not before", async () => {
  const platform = new FakePlatform(["silence"]);
  let over = false;
  const asked = checkSender(platform, () => new Headers())(target, []).finally(() => over = true);
  await platform.clock.advance(1_999);
  assert.equal(over, false);
  await platform.clock.advance(1);
  assert.equal(await asked, null);
});

Deno.test("check sender: told to stop, it ends what is under way and what comes after", async () => {
  const platform = new FakePlatform(["silence"]);
  const stop = new AbortController();
  const send = checkSender(platform, () => new Headers(), stop.signal);
  const asked = send(target, []);
  stop.abort();
  assert.equal(await asked, null);
  assert.equal(await send(target, []), null);
  assert.equal(platform.clock.pending, 0);
});
