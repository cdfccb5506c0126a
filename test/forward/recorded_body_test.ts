import assert from "node:assert/strict";
import * as fc from "fast-check";
import { RecordedBody } from "../../src/forward/recorded_body.ts";
import { bytesOf, received, upload } from "../support/platform.ts";
import { settle } from "../support/timers.ts";

function readerOf(body: RecordedBody): ReadableStreamDefaultReader<Uint8Array> {
  const outgoing = body.open();
  assert.ok(outgoing.kind === "stream");
  return outgoing.stream.getReader();
}

const textOf = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => {
  const { done, value } = await reader.read();
  return done ? "" : new TextDecoder().decode(value);
};

Deno.test("nothing is read before a try asks", async () => {
  let pulls = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulls++;
      controller.enqueue(bytesOf("x"));
    },
  }, { highWaterMark: 0 });
  const body = new RecordedBody(stream, 10);
  const reader = readerOf(body);
  await settle();
  assert.equal(pulls, 0);
  await reader.read();
  await settle();
  assert.equal(pulls, 1);
});

Deno.test("the next try starts over after a partial read", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  client.write("abc");
  client.write("def");
  const first = readerOf(body);
  assert.equal(await textOf(first), "abc");
  await first.cancel();
  const second = body.open();
  client.write("g");
  client.end();
  assert.deepEqual(await received(second), { text: "abcdefg", ok: true });
});

Deno.test("what a try that was given up waited for is the next one's", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  const first = readerOf(body);
  const waiting = first.read().catch(() => "failed");
  await settle();
  const second = received(body.open());
  client.write("abc");
  client.end();
  assert.deepEqual(await second, { text: "abc", ok: true });
  assert.equal(await waiting, "failed");
});

Deno.test("a try that was given up reads no more, and does not end as if it had all", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  client.write("abc");
  client.write("def");
  client.end();
  const first = readerOf(body);
  assert.equal(await textOf(first), "abc");
  const second = body.open();
  await assert.rejects(first.read());
  assert.deepEqual(await received(second), { text: "abcdef", ok: true });
});

Deno.test("too much ends repeatability, not the try that is under way", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 5);
  const whole = received(body.open());
  client.write("abcde");
  await settle();
  assert.equal(body.repeatable, true);
  client.write("f");
  await settle();
  assert.equal(body.repeatable, false);
  client.write("g");
  client.end();
  assert.deepEqual(await whole, { text: "abcdefg", ok: true });
});

Deno.test("a try that started over still gets all when it becomes too much meanwhile", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 5);
  client.write("abc");
  const first = readerOf(body);
  assert.equal(await textOf(first), "abc");
  const waiting = first.read().catch(() => "failed");
  await settle();
  const second = body.open();
  client.write("defg");
  await settle();
  assert.equal(body.repeatable, false);
  client.write("h");
  client.end();
  assert.deepEqual(await received(second), { text: "abcdefgh", ok: true });
  assert.equal(await waiting, "failed");
});

Deno.test("what is too much passes without being kept or copied", async () => {
  const chunks = ["abc", "def", "ghi"].map(bytesOf);
  const client = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
    },
  });
  const reader = readerOf(new RecordedBody(client, 5));
  const got = [await reader.read(), await reader.read(), await reader.read()];
  assert.notEqual(got[0]!.value, chunks[0]);
  assert.equal(got[2]!.value, chunks[2]);
});

Deno.test("a try that was given up asks its client for nothing", async () => {
  let pulls = 0;
  const client = new ReadableStream<Uint8Array>({ pull: () => void pulls++ }, { highWaterMark: 0 });
  const body = new RecordedBody(client, 5);
  const first = readerOf(body);
  body.open();
  await assert.rejects(first.read());
  assert.equal(pulls, 0);
});

Deno.test("a try may take over the buffers it is given", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  client.write("abc");
  client.end();
  const first = readerOf(body);
  const { value } = await first.read();
  (value!.buffer as ArrayBuffer).transfer();
  assert.deepEqual(await received(body.open()), { text: "abc", ok: true });
});

Deno.test("a client that breaks off fails every try", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  client.write("abc");
  const first = received(body.open());
  await settle();
  client.break();
  assert.deepEqual(await first, { text: "abc", ok: false });
  assert.equal(body.broken, true);
  assert.equal(body.received, false);
  assert.deepEqual(await received(body.open()), { text: "abc", ok: false });
});

Deno.test("a client that breaks off when no try listens any more rejects nothing unheard", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  const first = readerOf(body);
  void first.read();
  await settle();
  await first.cancel();
  client.break();
  await settle();
  assert.equal(body.broken, true);
});

Deno.test("tells when the client is waited for", async () => {
  const client = upload();
  const body = new RecordedBody(client.stream(), 10);
  const heard: boolean[] = [];
  body.onWait((waiting) => void heard.push(waiting));
  const first = readerOf(body);
  void first.read();
  await settle();
  assert.deepEqual(heard, [true]);
  client.write("a");
  await settle();
  assert.deepEqual(heard, [true, false]);
  const second = readerOf(body);
  await second.read();
  assert.deepEqual(heard, [true, false], "what was kept needs no client");
  client.end();
  await second.read();
  assert.deepEqual(heard, [true, false, true, false]);
  assert.equal(body.received, true);
});

Deno.test("never two reads at once, never more kept than the limit and one chunk", async () => {
  await fc.assert(fc.asyncProperty(plans, async ({ chunks, tries, keepBytes }) => {
    let reading = 0;
    const left = chunks.map(bytesOf);
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        assert.equal(++reading, 1);
        await Promise.resolve();
        reading--;
        const chunk = left.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
    const body = new RecordedBody(stream, keepBytes);
    const whole = chunks.join("");
    for (const { reads, givenUp } of tries) {
      const reader = readerOf(body);
      let got = "";
      for (let i = 0; i < reads; i++) got += await textOf(reader);
      assert.ok(whole.startsWith(got));
      if (givenUp === "waiting") void reader.read().catch(() => {});
      if (givenUp === "cancelled") await reader.cancel();
      if (!body.repeatable) break;
    }
    // Decided now: whatever still arrives for the tries before it, this one gets everything.
    const last = body.repeatable ? body.open() : null;
    await settle();
    if (last !== null) assert.deepEqual(await received(last), { text: whole, ok: true });
  }));
});

/** Chunks of a body, and how far each try reads before it is given up in one way or another. */
const plans = fc.record({
  chunks: fc.array(fc.string({ minLength: 1, maxLength: 6, unit: "grapheme-ascii" }), {
    maxLength: 8,
  }),
  tries: fc.array(
    fc.record({
      reads: fc.nat({ max: 9 }),
      givenUp: fc.constantFrom("cancelled", "waiting", "forgotten"),
    }),
    { maxLength: 4 },
  ),
  keepBytes: fc.nat({ max: 30 }),
});
