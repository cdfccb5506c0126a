import assert from "node:assert/strict";
import { isValidHandshake, isWebSocketUpgrade } from "../../src/forward/handshake.ts";

const getter = (headers: HeadersInit): (name: string) => string | null => {
  const given = new Headers(headers);
  return (name) => given.get(name);
};

const upgrades: [method: string, upgrade: string | null, want: boolean][] = [
  ["GET", "websocket", true],
  ["GET", "WebSocket", true],
  ["GET", "h2c", false],
  ["GET", "websocket, h2c", false],
  ["GET", "", false],
  ["GET", null, false],
  ["POST", "websocket", false],
];
for (const [method, upgrade, want] of upgrades) {
  Deno.test(`${method} with Upgrade: ${upgrade} is ${want ? "a" : "no"} WebSocket request`, () => {
    assert.equal(isWebSocketUpgrade(method, getter(upgrade === null ? {} : { upgrade })), want);
  });
}

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const good = { "sec-websocket-key": key, "sec-websocket-version": "13" };
const handshakes: [headers: Record<string, string>, want: boolean][] = [
  [good, true],
  // The platform has taken it out.
  [{}, true],
  [{ ...good, "sec-websocket-key": "" }, false],
  [{ ...good, "sec-websocket-key": "short" }, false],
  [{ ...good, "sec-websocket-key": `${key}=` }, false],
  [{ ...good, "sec-websocket-key": key.replace("Q==", "R==") }, false],
  [{ ...good, "sec-websocket-version": "12" }, false],
  [{ "sec-websocket-key": key }, false],
  [{ ...good, "sec-websocket-protocol": "chat" }, true],
  [{ ...good, "sec-websocket-protocol": "chat,v2.chat , x~y" }, true],
  [{ ...good, "sec-websocket-protocol": "chat, chat" }, false],
  [{ ...good, "sec-websocket-protocol": "chat,, x" }, false],
  [{ ...good, "sec-websocket-protocol": "a b" }, false],
  [{ ...good, "sec-websocket-protocol": "" }, false],
];
for (const [headers, want] of handshakes) {
  Deno.test(`a handshake with ${JSON.stringify(headers)} is ${want ? "" : "not "}valid`, () => {
    assert.equal(isValidHandshake(getter(headers)), want);
  });
}
