import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Buffer } from "node:buffer";
// @ts-types="@types/ws"
import type { WebSocket as UpstreamSocket } from "ws";
import { pump } from "../../../src/platform/deno/websocket_pump.ts";
import { type FakeClock, withFakeTimers } from "../../support/timers.ts";

const MIB = 1 << 20;

class FakeClient {
  readyState: number = WebSocket.CONNECTING;
  bufferedAmount = 0;
  binaryType = "blob";
  readonly sent: unknown[] = [];
  closed: unknown[] | null = null;
  onopen = (): void => {};
  onmessage = (_: { data: unknown }): void => {};
  onclose = (_: { code: number; reason: string }): void => {};
  onerror: (() => void) | null = null;

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(...args: unknown[]): void {
    this.readyState = WebSocket.CLOSING;
    this.closed = args;
  }

  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen();
  }

  /** The other side closes, or is lost. */
  gone(code: number, reason = ""): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose({ code, reason });
  }
}

class FakeUpstream extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = true;
  readonly sent: unknown[] = [];
  closed: unknown[] | null = null;
  terminated = false;

  send(data: unknown): void {
    this.sent.push(data);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** Refuses what may not stand in a frame, as package ws does. */
  close(code?: number, reason?: string): void {
    const allowed = code === undefined ||
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
      (code >= 3000 && code <= 4999);
    if (!allowed) throw new TypeError("First argument must be a valid error code number");
    this.closed = code === undefined ? [] : [code, reason];
  }

  terminate(): void {
    this.terminated = true;
  }
}

function joined(
  name: string,
  test: (
    ends: { client: FakeClient; upstream: FakeUpstream; clock: FakeClock },
  ) => Promise<void> | void,
): void {
  Deno.test(`websocket pump: ${name}`, () =>
    withFakeTimers(async (clock) => {
      const [client, upstream] = [new FakeClient(), new FakeUpstream()];
      pump(client as unknown as WebSocket, upstream as unknown as UpstreamSocket);
      await test({ client, upstream, clock });
    }));
}

joined(
  "nothing of the upstream is read before the client is open",
  ({ client, upstream, clock }) => {
    assert.ok(upstream.isPaused);
    assert.equal(upstream.listenerCount("message"), 0);
    client.open();
    assert.ok(!upstream.isPaused);
    assert.equal(clock.pending, 0);
  },
);

joined("messages go both ways as they are", ({ client, upstream }) => {
  client.open();
  upstream.emit("message", Buffer.from("grüße"), false);
  upstream.emit("message", Buffer.from([1, 2]), true);
  assert.equal(client.sent[0], "grüße");
  assert.deepEqual(client.sent[1], Buffer.from([1, 2]));
  assert.equal(client.binaryType, "arraybuffer");
  const binary = new Uint8Array([3]).buffer;
  client.onmessage({ data: "up" });
  client.onmessage({ data: binary });
  assert.deepEqual(upstream.sent, ["up", binary]);
});

joined("nothing is sent into a socket that is closing", ({ client, upstream }) => {
  client.open();
  client.readyState = WebSocket.CLOSING;
  upstream.emit("message", Buffer.from("late"), false);
  assert.deepEqual(client.sent, []);
  upstream.readyState = 2;
  client.onmessage({ data: "late" });
  assert.deepEqual(upstream.sent, []);
});

joined("errors alone change nothing", ({ client, upstream }) => {
  client.open();
  client.onerror?.();
  upstream.emit("error", new Error("lost"));
  assert.equal(client.closed, null);
  assert.ok(!upstream.terminated);
});

joined("a client that never opens frees the upstream", async ({ upstream, clock }) => {
  await clock.advance(9_999);
  assert.ok(!upstream.terminated);
  await clock.advance(1);
  assert.ok(upstream.terminated);
});

joined(
  "a slow client holds the upstream back until it has caught up",
  async ({ client, upstream, clock }) => {
    client.open();
    client.bufferedAmount = MIB;
    upstream.emit("message", Buffer.from("a"), false);
    assert.ok(!upstream.isPaused);
    client.bufferedAmount = MIB + 1;
    upstream.emit("message", Buffer.from("b"), false);
    assert.ok(upstream.isPaused);
    // What was read already still comes, and needs no second watch.
    upstream.emit("message", Buffer.from("c"), false);
    assert.equal(clock.pending, 1);
    client.bufferedAmount = MIB / 4 + 1;
    await clock.advance(50);
    assert.ok(upstream.isPaused);
    client.bufferedAmount = MIB / 4;
    await clock.advance(5);
    assert.ok(!upstream.isPaused);
    assert.equal(clock.pending, 0);
    assert.deepEqual(client.sent, ["a", "b", "c"]);
  },
);

joined(
  "a slow client that goes away holds nothing back any more",
  async ({ client, upstream, clock }) => {
    client.open();
    client.bufferedAmount = 2 * MIB;
    upstream.emit("message", Buffer.from("a"), false);
    client.gone(1006);
    assert.ok(!upstream.isPaused);
    await clock.advance(5);
    assert.equal(clock.pending, 0);
  },
);

joined("a client that sends faster than the upstream reads is cut off", ({ client, upstream }) => {
  client.open();
  upstream.bufferedAmount = 16 * MIB;
  client.onmessage({ data: "a" });
  assert.equal(client.closed, null);
  upstream.bufferedAmount = 16 * MIB + 1;
  client.onmessage({ data: "b" });
  assert.equal(client.closed?.[0], 3008);
  assert.ok(upstream.terminated);
});

const fromClient: { code: number; want: unknown[] | "terminated" }[] = [
  { code: 1000, want: [1000, "why"] },
  { code: 1001, want: [1001, "why"] },
  { code: 1011, want: [1011, "why"] },
  { code: 3000, want: [3000, "why"] },
  { code: 4999, want: [4999, "why"] },
  { code: 1005, want: [] },
  { code: 1006, want: "terminated" },
  { code: 1015, want: "terminated" },
  { code: 1004, want: "terminated" },
  { code: 2999, want: "terminated" },
  { code: 5000, want: "terminated" },
];
for (const { code, want } of fromClient) {
  joined(`the client's close ${code} reaches the upstream`, ({ client, upstream, clock }) => {
    client.open();
    upstream.pause();
    client.gone(code, "why");
    assert.equal(upstream.terminated, want === "terminated");
    assert.deepEqual(upstream.closed, want === "terminated" ? null : want);
    assert.ok(!upstream.isPaused, "a paused socket never sees the close handshake");
    assert.equal(clock.pending, 0);
  });
}

const fromUpstream: { code: number; want: unknown[] }[] = [
  { code: 1000, want: [1000, "why"] },
  { code: 3000, want: [3000, "why"] },
  { code: 4999, want: [4999, "why"] },
  { code: 1005, want: [] },
  { code: 1001, want: [3001, "why"] },
  { code: 1006, want: [3006, "why"] },
  { code: 1011, want: [3011, "why"] },
  { code: 1014, want: [3014, "why"] },
];
for (const { code, want } of fromUpstream) {
  joined(`the upstream's close ${code} reaches the client`, ({ client, upstream, clock }) => {
    client.open();
    upstream.emit("close", code, new TextEncoder().encode("why"));
    assert.deepEqual(client.closed, want);
    assert.equal(clock.pending, 0);
  });
}

joined("an upstream that closes before the client is open", ({ client, upstream, clock }) => {
  upstream.emit("close", 1011, new Uint8Array());
  assert.deepEqual(client.closed, [3011, ""]);
  assert.equal(clock.pending, 0);
});

joined("a close is not answered with another", ({ client, upstream }) => {
  client.open();
  client.gone(1000);
  upstream.emit("close", 1000, new Uint8Array());
  assert.equal(client.closed, null);
});
