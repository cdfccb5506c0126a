import assert from "node:assert/strict";
import { registerStorage } from "../../../src/platform/cloudflare/register_storage.ts";
import { FakeStorage } from "./fake_objects.ts";

Deno.test("register storage: any number of keys at once", async () => {
  const objects = new FakeStorage();
  const storage = registerStorage(objects);
  const keys = Array.from({ length: 300 }, (_, i) => `k/${String(i).padStart(3, "0")}`);
  const put = Object.fromEntries(keys.map((key, i) => [key, i]));
  await storage.commit({ put, remove: [], wakeAtMs: 5 });
  assert.deepEqual([objects.entries.size, objects.alarmMs], [300, 5]);
  assert.deepEqual([...await storage.get([...keys, "none"])].length, 300);
  assert.deepEqual([...(await storage.list("k/")).keys()], keys);
  await storage.commit({ put: {}, remove: keys.slice(1) });
  assert.deepEqual([[...objects.entries.keys()], objects.alarmMs], [["k/000"], 5]);
  await storage.commit({ put: {}, remove: [], wakeAtMs: null });
  assert.equal(objects.alarmMs, null);
});

Deno.test("register storage: whichever write is refused, none of them is there", async () => {
  for (const refused of ["put", "delete", "setAlarm", "deleteAlarm"] as const) {
    const objects = new FakeStorage();
    const storage = registerStorage(objects);
    await storage.commit({ put: { old: 1, gone: 1 }, remove: [], wakeAtMs: 5 });
    const put = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k/${i}`, i]));
    const wakeAtMs = refused === "deleteAlarm" ? null : 9;
    let left = refused === "put" ? 1 : 0;
    objects.fail = (operation) =>
      operation === refused && left-- === 0 ? new Error("database or disk is full") : null;
    await assert.rejects(storage.commit({ put, remove: ["gone"], wakeAtMs }), /disk is full/);
    assert.deepEqual([[...objects.entries.keys()], objects.alarmMs], [["old", "gone"], 5], refused);
  }
});
