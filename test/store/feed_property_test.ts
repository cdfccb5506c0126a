import assert from "node:assert/strict";
import * as fc from "fast-check";
import { fakeReader, FakeStore, feedOn, policyText, revisionOfText, stampFor } from "./fakes.ts";

const names = ["a", "b", "c"];
const revisions = new Set(await Promise.all(names.map((name) => revisionOfText(policyText(name)))));

const step = fc.oneof(
  fc.record({ do: fc.constant("push" as const), name: fc.constantFrom(...names, "!") }),
  fc.record({ do: fc.constant("raw" as const), name: fc.constantFrom(...names, "!") }),
  fc.record({ do: fc.constant("foreign" as const), name: fc.constantFrom(...names, "!") }),
  fc.record({ do: fc.constantFrom("delete", "break", "mend", "refresh", "cold" as const) }),
);

const textOf = (name: string): string => name === "!" ? '{"unknown":1}' : policyText(name);

Deno.test("feed: no sequence of pushes, puts and failures takes the policy away", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const store = new FakeStore();
      let fixture = feedOn(store, fakeReader());
      let had = false;
      for (const taken of steps) {
        const { feed, settle } = fixture;
        if (taken.do === "push") {
          const result = await feed.push(textOf(taken.name));
          assert.equal(result.ok, taken.name !== "!" && !store.down);
          if (result.ok) assert.equal(feed.active?.revision, result.revision);
        } else if (taken.do === "raw") store.put(textOf(taken.name));
        else if (taken.do === "foreign") {
          const text = textOf(taken.name);
          if (!store.down) await store.write(text, await stampFor(text, "v2"));
        } else if (taken.do === "delete") store.active = null;
        else if (taken.do === "break") store.down = true;
        else if (taken.do === "mend") store.down = false;
        else if (taken.do === "cold" && !store.down) fixture = feedOn(store, fakeReader());
        await fixture.feed.refresh();
        await settle();
        await fixture.settle();

        const { active } = fixture.feed;
        assert.ok(active !== null || !had, "the policy was lost");
        had ||= active !== null && !store.down;
        if (active !== null) assert.ok(revisions.has(active.revision));
        const held = store.active && await revisionOfText(store.active.text);
        if (!store.down && held && revisions.has(held)) {
          assert.equal(active?.revision, held);
          assert.equal(active?.text, store.active?.text);
          assert.equal(fixture.feed.status().lastError, null);
        } else assert.notEqual(fixture.feed.status().lastError, null);
      }
    }),
  );
});
