import assert from "node:assert/strict";
import { addressIn } from "../../src/forward/address.ts";

const rows: [written: string, want: string | null][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:8080", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["256.0.2.1", null],
  ["192.0.2", null],
  ["192.0.2.1.5", null],
  ["192.0.2.01", null],
  ["192.0.2.1.", null],
  ["192.0.2.1:", null],
  ["2001:db8::1", "2001:db8::1"],
  ["2001:DB8::1", "2001:DB8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["[2001:db8::1]443", null],
  ["::1", "::1"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["1:2", null],
  ["", null],
  ["unknown", null],
  ["_hidden", null],
  ["shop.test", null],
  ["192.0.2.1 or so", null],
  ["fe80::1\r\nx: y", null],
  [`${"1:".repeat(40)}1`, null],
];
for (const [written, want] of rows) {
  Deno.test(`the address in ${JSON.stringify(written)} is ${want}`, () => {
    assert.equal(addressIn(written), want);
  });
}
