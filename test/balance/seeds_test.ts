import assert from "node:assert/strict";
import { murmur3 } from "../../src/balance/hash.ts";
import { seedsOf } from "../../src/balance/seeds.ts";

Deno.test("seeds: the hash of each identity", () => {
  const identities = ["aws https://a.test", "aws https://b.test", ""];
  assert.deepEqual(seedsOf(identities), identities.map((identity) => murmur3(identity)));
  assert.deepEqual(seedsOf([]), []);
});

Deno.test("seeds: of two that collide the same one gives way in every order of the list", () => {
  const [first, second] = ["http://10.1.246.130:8080", "http://10.2.7.213:8080"];
  assert.equal(murmur3(first), murmur3(second));
  const [a, other, b] = seedsOf([first, "other", second]);
  assert.notEqual(a, b);
  assert.deepEqual([a, b].filter((seed) => seed === murmur3(first)).length, 1);
  assert.deepEqual(seedsOf([second, first, "other"]), [b, a, other]);
});
