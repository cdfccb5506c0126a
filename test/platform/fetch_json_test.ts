import assert from "node:assert/strict";
import { jsonFetcher } from "../../src/platform/fetch_json.ts";

const answers: Record<string, () => Response | Promise<Response>> = {
  "/good": () => Response.json({ keys: [] }),
  "/moved": () => new Response(null, { status: 302, headers: { location: "/good" } }),
  "/broken": () => new Response("{", { status: 200 }),
  "/failing": () => new Response("{}", { status: 500 }),
  "/long": () => new Response(JSON.stringify("x".repeat(1024 * 1024))),
  "/silent": () => new Promise(() => {}),
  "/stalled": () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
};

const rows: [path: string, want: { value: unknown } | RegExp][] = [
  ["/good", { value: { keys: [] } }],
  ["/moved", /^it answers 302$/],
  ["/broken", /no JSON/],
  ["/failing", /^it answers 500$/],
  ["/long", /longer than/],
  ["/silent", /^no answer within 0\.1 s$/],
  ["/stalled", /^no answer within 0\.1 s$/],
];
for (const [path, want] of rows) {
  Deno.test(`fetch json: ${path}`, async () => {
    const quiet = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    const controller = new AbortController();
    const server = Deno.serve(
      { ...quiet, signal: controller.signal },
      (request) => answers[new URL(request.url).pathname]!(),
    );
    const fetched = await jsonFetcher(100)(`http://127.0.0.1:${server.addr.port}${path}`);
    if (want instanceof RegExp) assert.match("failure" in fetched ? fetched.failure : "", want);
    else assert.deepEqual(fetched, want);
    controller.abort();
    if (path !== "/silent" && path !== "/stalled") await server.finished;
  });
}

Deno.test("fetch json: what has no end is not read on", async () => {
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  const controller = new AbortController();
  const ended = Promise.withResolvers<void>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    signal: controller.signal,
  }, () =>
    new Response(
      new ReadableStream({ pull: (c) => c.enqueue(chunk), cancel: () => ended.resolve() }),
    ));
  const fetched = await jsonFetcher(30_000)(`http://127.0.0.1:${server.addr.port}/`);
  assert.match("failure" in fetched ? fetched.failure : "", /longer than/);
  await ended.promise;
  controller.abort();
  await server.finished;
});

Deno.test("fetch json: where nothing listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const fetched = await jsonFetcher(1_000)(`http://127.0.0.1:${port}/`);
  assert.ok("failure" in fetched);
});
