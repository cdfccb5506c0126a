import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mix, murmur3 } from "../../src/balance/hash.ts";

// Published with the reference implementation's ports; those that are valid UTF-8.
const rows = [
  { text: "", seed: 0, want: 0 },
  { text: "", seed: 1, want: 0x514e28b7 },
  { text: "", seed: 0xffffffff, want: 0x81f16f39 },
  { text: "\0", seed: 0, want: 0x514e28b7 },
  { text: "\0\0", seed: 0, want: 0x30f4c306 },
  { text: "\0\0\0", seed: 0, want: 0x85f0b427 },
  { text: "\0\0\0\0", seed: 0, want: 0x2362f9de },
  { text: "aaaa", seed: 0x9747b28c, want: 0x5a97808a },
  { text: "aaa", seed: 0x9747b28c, want: 0x283e0130 },
  { text: "aa", seed: 0x9747b28c, want: 0x5d211726 },
  { text: "a", seed: 0x9747b28c, want: 0x7fa09ea6 },
  { text: "abcd", seed: 0x9747b28c, want: 0xf0478627 },
  { text: "abc", seed: 0x9747b28c, want: 0xc84a62dd },
  { text: "ab", seed: 0x9747b28c, want: 0x74875592 },
  { text: "abc", seed: 0, want: 0xb3dd93fa },
  { text: "Hello, world!", seed: 0x9747b28c, want: 0x24884cba },
  { text: "ππππππππ", seed: 0x9747b28c, want: 0xd58063c1 },
  { text: "a".repeat(256), seed: 0x9747b28c, want: 0x37405bdc },
  {
    text: "The quick brown fox jumps over the lazy dog",
    seed: 0x9747b28c,
    want: 0x2fa826cd,
  },
];

for (const { text, seed, want } of rows) {
  Deno.test(`murmur3: ${JSON.stringify(text.slice(0, 20))} with seed ${seed}`, () => {
    assert.equal(murmur3(text, seed).toString(16), want.toString(16));
  });
}

Deno.test("mix: an unsigned 32-bit integer that can be undone, so no two values collide", () => {
  // 0x7ed1b41d and 0xa5cb9243 are the multiplicative inverses of the finaliser's factors modulo 2^32.
  const undo = (value: number): number => {
    let h = value ^ (value >>> 16);
    h = Math.imul(h, 0x7ed1b41d);
    h ^= (h >>> 13) ^ (h >>> 26);
    h = Math.imul(h, 0xa5cb9243);
    return (h ^ (h >>> 16)) >>> 0;
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
    const mixed = mix(value);
    assert.ok(Number.isInteger(mixed) && mixed >= 0 && mixed <= 0xffffffff);
    assert.equal(undo(mixed), value);
  }));
});

Deno.test("mix: each input bit changes each output bit about half of the time", () => {
  const values = Array.from({ length: 2000 }, (_, i) => murmur3(`value ${i}`));
  for (let from = 0; from < 32; from++) {
    const flips = new Array<number>(32).fill(0);
    for (const value of values) {
      const changed = mix(value) ^ mix(value ^ (1 << from));
      for (let to = 0; to < 32; to++) flips[to]! += (changed >>> to) & 1;
    }
    // Six standard deviations: 1024 cells are looked at.
    for (const count of flips) assert.ok(Math.abs(count - 1000) < 6 * Math.sqrt(500), `${count}`);
  }
});
