import assert from "node:assert/strict";
import { compileTrust } from "../../src/compile/trust.ts";

const rows: readonly [proxies: string[], address: string, want: boolean][] = [
  [[], "10.0.0.1", false],
  [["10.0.0.0/8"], "10.1.2.3", true],
  [["10.0.0.0/8"], "11.0.0.1", false],
  [["10.0.0.0/8"], "::ffff:10.1.2.3", true],
  [["10.0.0.0/8"], "::ffff:11.1.2.3", false],
  [["::ffff:10.0.0.0/104"], "10.1.2.3", true],
  [["::ffff:10.0.0.0/104"], "11.1.2.3", false],
  [["::ffff:10.0.0.1"], "10.0.0.1", true],
  [["192.0.2.1"], "192.0.2.1", true],
  [["192.0.2.1"], "192.0.2.2", false],
  [["192.0.2.0/31", "2001:db8::/32"], "192.0.2.1", true],
  [["192.0.2.0/31", "2001:db8::/32"], "2001:DB8:1::1", true],
  [["192.0.2.0/31", "2001:db8::/32"], "2001:db9::1", false],
  [["::1"], "::1", true],
  [["0.0.0.0/0"], "203.0.113.9", true],
  [["0.0.0.0/0"], "2001:db8::1", false],
  [["::/0"], "2001:db8::1", true],
  [["::/0"], "203.0.113.9", false],
  [["0.0.0.0/0", "::/0"], "unknown", false],
  [["0.0.0.0/0", "::/0"], "", false],
  [["0.0.0.0/0", "::/0"], "10.1", false],
  [["0.0.0.0/0", "::/0"], "0x0a.0.0.1", false],
];
for (const [proxies, address, want] of rows) {
  Deno.test(`trust: "${address}" is ${want ? "" : "not "}among [${proxies}]`, () => {
    assert.equal(compileTrust(proxies).isProxy(address), want);
  });
}

Deno.test("trust: the client's place stands in Cloudflare's headers unless others are named", () => {
  assert.deepEqual(compileTrust([]).clientHeaders, {
    country: "cf-ipcountry",
    latitude: "cf-iplatitude",
    longitude: "cf-iplongitude",
  });
  assert.deepEqual(
    compileTrust(["::1"], { country: "X-Country", longitude: "X-Lon" }).clientHeaders,
    { country: "x-country", latitude: "cf-iplatitude", longitude: "x-lon" },
  );
});
