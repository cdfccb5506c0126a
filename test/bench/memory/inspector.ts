/** What V8 itself says of an isolate's memory, through the protocol of its inspector. */

/** @see https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getHeapUsage */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  /** Of array buffers, which lie outside the heap. */
  readonly backingStorageSize: number;
}

/**
 * Bytes that are in use after a garbage collection.
 *
 * @param address `host:port` of the inspector of a process with one isolate
 * @param nudge has the isolate do something: workerd collects garbage only where a request is
 */
export async function heapBytes(address: string, nudge: () => Promise<void>): Promise<number> {
  const list = JSON.parse(await (await fetch(`http://${address}/json/list`)).text());
  const socket = new WebSocket(list[0].webSocketDebuggerUrl);
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("the inspector does not answer"));
    });
    // What the first collection finishes off, weak references and finalizers, the second one frees.
    for (let id = 1; id <= 2; id++) {
      const collected = call(socket, id, "HeapProfiler.collectGarbage");
      await nudge();
      await collected;
    }
    const usage = await call(socket, 3, "Runtime.getHeapUsage") as HeapUsage;
    return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
  } finally {
    socket.close();
  }
}

function call(socket: WebSocket, id: number, method: string): Promise<unknown> {
  const answered = Promise.withResolvers<unknown>();
  const take = ({ data }: MessageEvent<string>): void => {
    const message = JSON.parse(data);
    if (message.id !== id) return;
    socket.removeEventListener("message", take);
    if (message.error === undefined) answered.resolve(message.result);
    else answered.reject(new Error(`${method}: ${message.error.message}`));
  };
  socket.addEventListener("message", take);
  socket.addEventListener("close", () => answered.reject(new Error("the inspector has gone")));
  socket.send(JSON.stringify({ id, method }));
  return answered.promise;
}
