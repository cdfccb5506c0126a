import assert from "node:assert/strict";
import { coloOf } from "../../../src/platform/cloudflare/colo.ts";

const rows: readonly (readonly [cf: unknown, want: string | null])[] = [
  [{ colo: "FRA" }, "FRA"],
  [{ colo: "FRA", country: "DE" }, "FRA"],
  [{ colo: "" }, null],
  [{ colo: "fra/zone" }, null],
  [{ colo: 7 }, null],
  [{ clientIp: "192.0.2.1" }, null],
  [null, null],
  [undefined, null],
];
for (const [cf, want] of rows) {
  Deno.test(`the location with cf ${JSON.stringify(cf)} is ${want}`, () => {
    const request = new Request("https://shop.test/");
    assert.equal(coloOf(cf === undefined ? request : Object.assign(request, { cf })), want);
  });
}
