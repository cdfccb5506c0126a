import assert from "node:assert/strict";
import { atOnce } from "../../../src/platform/cloudflare/at_once.ts";
import { settle } from "../../support/timers.ts";

Deno.test("at once: as many run as may, the others in their order", async () => {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const bounded = atOnce(2, (n: number) => {
    begun.push(n);
    return new Promise<number>((resolve) => ends.set(n, () => resolve(-n)));
  });
  const results = [1, 2, 3, 4].map((n) => bounded(n));
  assert.deepEqual(begun, [1, 2]);
  ends.get(2)!();
  await settle();
  assert.deepEqual(begun, [1, 2, 3]);
  // One that comes now waits behind those that wait.
  const last = bounded(5);
  for (const n of [1, 3]) ends.get(n)!();
  await settle();
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
  for (const n of [4, 5]) ends.get(n)!();
  assert.deepEqual(await Promise.all([...results, last]), [-1, -2, -3, -4, -5]);
});

Deno.test("at once: one that fails gives its place up too", async () => {
  const bounded = atOnce(1, (n: number) => n === 0 ? Promise.reject(new Error("no")) : settle());
  const first = bounded(0);
  const second = bounded(1);
  await assert.rejects(first, /no/);
  await second;
  await bounded(2);
});
