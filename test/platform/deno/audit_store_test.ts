import assert from "node:assert/strict";
import { AUDIT_KEPT, type AuditEntry } from "../../../src/audit/audit.ts";
import { denoAuditStore } from "../../../src/platform/deno/audit_store.ts";
import { KvConnection, kvConnection } from "../../../src/platform/deno/kv_connection.ts";
import type { Kv } from "../../../src/platform/deno/kv_document.ts";
import { countUnder, faulty, memoryKv } from "./fakes.ts";

const entry = (message: string, fields: Partial<AuditEntry> = {}): AuditEntry => ({
  at: "2026-11-20T12:00:00.000Z",
  action: "push",
  by: "ann",
  credential: "jwt",
  subject: "0123456789ab",
  previous: null,
  message,
  status: 200,
  code: null,
  ip: "203.0.113.7",
  ...fields,
});

const auditOn = (kv: Kv): ReturnType<typeof denoAuditStore> =>
  denoAuditStore(new KvConnection(() => Promise.resolve(kv)));

async function messagesOn(kv: Kv, limit = AUDIT_KEPT): Promise<(string | null)[]> {
  const read = await auditOn(kv).read(limit);
  assert.ok(!("failure" in read), JSON.stringify(read));
  return read.map(({ message }) => message);
}

Deno.test("deno audit: empty, then newest first, each as it was written", () =>
  memoryKv(async (kv) => {
    assert.deepEqual(await auditOn(kv).read(10), []);
    const refused = entry("b", { status: 412, code: "revision_conflict", by: null, ip: null });
    assert.equal(await auditOn(kv).append(entry("a")), null);
    assert.equal(await auditOn(kv).append(refused), null);
    assert.deepEqual(await auditOn(kv).read(10), [refused, entry("a")]);
    assert.deepEqual(await messagesOn(kv, 1), ["b"]);
  }));

Deno.test("deno audit: entries that come at once are all kept, from many handles on one file", async () => {
  const folder = await Deno.makeTempDir();
  const connections = Array.from({ length: 4 }, () => kvConnection(`${folder}/kv.db`));
  try {
    const stores = connections.map((connection) => denoAuditStore(connection));
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`);
    const appended = await Promise.all(
      names.map((name, i) => stores[i % stores.length]!.append(entry(name))),
    );
    assert.deepEqual(appended, names.map(() => null));
    const read = await stores[0]!.read(AUDIT_KEPT);
    assert.ok(!("failure" in read));
    assert.deepEqual(read.map(({ message }) => message).sort(), names.toSorted());
  } finally {
    await Promise.all(connections.map((one) => one.close()));
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno audit: the newest are kept, as many as promised", () =>
  memoryKv(async (kv) => {
    // Straight into the database: a thousand appends would take long.
    for (let first = 1; first < AUDIT_KEPT; first += 500) {
      const commit = kv.atomic();
      for (let i = first; i < Math.min(first + 500, AUDIT_KEPT); i++) {
        commit.set(["limen", "audit", i], entry(`${i}`));
      }
      await commit.commit();
    }
    for (const message of ["a", "b", "c"]) await auditOn(kv).append(entry(message));
    assert.equal(await countUnder(kv, "limen", "audit"), AUDIT_KEPT);
    const messages = await messagesOn(kv);
    assert.deepEqual(messages.slice(0, 4), ["c", "b", "a", "999"]);
    assert.equal(messages.at(-1), "3");
  }));

Deno.test("deno audit: nobody gets past it with words too many", () =>
  memoryKv(async (kv) => {
    const long = "船".repeat(100_000);
    assert.equal(
      await auditOn(kv).append(entry(long, { by: long, subject: long, ip: long })),
      null,
    );
    assert.match((await messagesOn(kv))[0] ?? "", /^船{4000}\.\.\.$/);
  }));

Deno.test("deno audit: every step that fails is a failure, not a rejection", () =>
  memoryKv(async (kv) => {
    for (let failAt = 0;; failAt++) {
      const broken = faulty(kv);
      broken.failAt = failAt;
      const [appended, read] = [
        await auditOn(broken.kv).append(entry("a")),
        await auditOn(broken.kv).read(1),
      ];
      if (broken.count <= failAt) break;
      assert.match((read as { failure?: string }).failure ?? "", /^injected at list/);
      if (failAt < 2) assert.match(appended?.failure ?? "", /^injected at /);
      assert.ok(failAt <= 2);
    }
  }));
