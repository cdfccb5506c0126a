import assert from "node:assert/strict";
import { DenoExchange } from "../../../src/platform/deno/exchange.ts";

Deno.test("Deno itself knows of no client where it is", () => {
  const remoteAddr = { transport: "tcp" as const, hostname: "192.0.2.1", port: 4711 };
  const headers = { "cf-ipcountry": "DE" };
  const exchange = new DenoExchange(
    new Request("http://shop.test/", { headers }),
    { remoteAddr, completed: Promise.resolve() },
    true,
  );
  assert.equal(exchange.place, null);
});
