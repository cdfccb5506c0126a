/** Carries WebSocket messages both ways until either side closes. */
// @ts-types="@types/ws"
import type { RawData, WebSocket as UpstreamSocket } from "ws";

/** A slow client holds at most about this much of what the upstream sends. */
const CLIENT_BUFFER_BYTES = 1 << 20;

/** Deno can't slow a client down: one that sends this much more than the upstream takes is cut off. */
const UPSTREAM_BUFFER_BYTES = 16 << 20;

/** A client that has not finished its handshake by then is gone; Deno says nothing about it. */
const OPEN_TIMEOUT_MS = 10_000;

/** How often to look whether a slow client has caught up. */
const DRAIN_CHECK_MS = 5;

/** RFC 6455 §7.4.1: the codes for "no code", "lost" and "TLS failure" never stand in a frame. */
const ABNORMAL = new Set([1005, 1006, 1015]);

/** @param upstream open and paused: nothing of it is lost before the client is open */
export function pump(client: WebSocket, upstream: UpstreamSocket): void {
  client.binaryType = "arraybuffer";
  const neverOpened = setTimeout(() => upstream.terminate(), OPEN_TIMEOUT_MS);

  client.onopen = () => {
    clearTimeout(neverOpened);
    upstream.on("message", (data: RawData, isBinary: boolean) => {
      if (client.readyState !== WebSocket.OPEN) return;
      client.send(isBinary ? data as ArrayBuffer : data.toString());
      if (client.bufferedAmount > CLIENT_BUFFER_BYTES) holdBack(client, upstream);
    });
    upstream.resume();
  };
  client.onmessage = ({ data }) => {
    if (upstream.readyState !== upstream.OPEN) return;
    upstream.send(data);
    if (upstream.bufferedAmount > UPSTREAM_BUFFER_BYTES) {
      client.close(3008, "sent faster than the upstream reads");
      upstream.terminate();
    }
  };
  // Every error is followed by a close event, which is where both ends are tidied up.
  client.onerror = () => {};
  upstream.on("error", () => {});

  client.onclose = ({ code, reason }) => {
    clearTimeout(neverOpened);
    // A paused socket would never see the close handshake.
    upstream.resume();
    if (code === 1005) upstream.close();
    else if (ABNORMAL.has(code)) upstream.terminate();
    else closeUpstream(upstream, code, reason);
  };
  upstream.on("close", (code: number, reason: Uint8Array) => {
    clearTimeout(neverOpened);
    if (client.readyState >= WebSocket.CLOSING) return;
    // The standard's own codes can't be sent from here: 3000 and up mean the same to nobody else.
    const sendable = code === 1000 || (code >= 3000 && code <= 4999);
    if (code === 1005) client.close();
    else client.close(sendable ? code : code + 2000, new TextDecoder().decode(reason));
  });
}

/** A code that the other side made up must not stop more than its own connection. */
function closeUpstream(upstream: UpstreamSocket, code: number, reason: string): void {
  try {
    upstream.close(code, reason);
  } catch {
    upstream.terminate();
  }
}

function holdBack(client: WebSocket, upstream: UpstreamSocket): void {
  if (upstream.isPaused) return;
  upstream.pause();
  const check = setInterval(() => {
    const waiting = client.bufferedAmount > CLIENT_BUFFER_BYTES / 4;
    if (waiting && client.readyState === WebSocket.OPEN) return;
    clearInterval(check);
    upstream.resume();
  }, DRAIN_CHECK_MS);
}
