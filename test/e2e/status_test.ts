/** What a fleet says of itself: who serves which revision, and what is wrong. */
import assert from "node:assert/strict";
import type { StatusAnswer } from "../../routes/status.ts";
import { revisionOfText } from "../../src/platform/reader.ts";
import { askAdmin } from "./support/admin.ts";
import { startFleet } from "./support/fleet.ts";
import { RUNTIMES, startGateway } from "./support/gateway.ts";
import { until } from "./support/until.ts";

const policySaying = (body: string): string =>
  JSON.stringify({ clusters: {}, routes: [{ name: "say", respond: { status: 200, body } }] });

async function statusAt(url: string): Promise<StatusAnswer> {
  const response = await askAdmin({ url }, "GET", "/status");
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

for (const runtime of RUNTIMES) {
  Deno.test(`both members of a fleet show what they serve and what is wrong, on ${runtime}`, async () => {
    const [one, two] = [policySaying("one"), policySaying("two")];
    await using fleet = await startFleet(runtime, JSON.parse(one));
    /** As each of them says it; a member tells it behind requests, or within a second. */
    const untilBoth = async (
      what: string,
      holds: (member: StatusAnswer["members"][number]) => boolean,
    ): Promise<StatusAnswer> => {
      let last: StatusAnswer | null = null;
      await until(what, async () => {
        const [first, second] = await Promise.all(fleet.urls.map(statusAt));
        last = first!;
        return [first!, second!].every(({ members }) =>
          members.length === 2 && members.every(holds)
        );
      });
      return last!;
    };
    const serves = async (text: string): Promise<StatusAnswer> => {
      const revision = await revisionOfText(text);
      const status = await untilBoth(
        `all serve ${revision}`,
        (member) => member.revision === revision && member.lastError === null,
      );
      assert.deepEqual(status.groups, [
        { group: "", runtime, members: 2, revisions: { [revision]: 2 }, errors: 0 },
      ]);
      return status;
    };

    const before = await serves(one);
    assert.equal(new Set(before.members.map(({ id }) => id)).size, 2);
    await fleet.put(two);
    const after = await serves(two);
    for (const { since } of after.members) assert.ok(since! > before.members[0]!.since!, since!);
    await fleet.put("{ this is no policy");
    const broken = await untilBoth("all complain", ({ lastError }) => lastError !== null);
    assert.equal(broken.lastError!.code, "invalid_policy");
    assert.deepEqual(broken.members.map(({ lastError }) => lastError!.code), [
      "invalid_policy",
      "invalid_policy",
    ]);
    assert.equal(broken.revision, await revisionOfText(two));
    assert.deepEqual(broken.groups[0]!.errors, 2);
  });
}

Deno.test("a process that stops is no member any more", async () => {
  const folder = await Deno.makeTempDir();
  const kv = `${folder}/kv.db`;
  const one = await startGateway("deno", { kv, env: { LIMEN_LOCALITY: "eu-1/a" } });
  try {
    const other = await startGateway("deno", { kv, env: { LIMEN_LOCALITY: "us-1" } });
    try {
      const members = async (): Promise<readonly string[]> =>
        (await statusAt(one.url)).members.map(({ group }) => group);
      await until("both are there", async () => (await members()).length === 2);
      assert.deepEqual(await members(), ["eu-1/a", "us-1"]);
    } finally {
      await other.stop();
    }
    assert.deepEqual((await statusAt(one.url)).members.map(({ group }) => group), ["eu-1/a"]);
  } finally {
    await one.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
