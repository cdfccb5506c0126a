import assert from "node:assert/strict";
import { CommandError, EXIT } from "../../src/cli/exit_codes.ts";
import { colorsFor } from "../../src/cli/output.ts";
import type { View } from "../../src/cli/view.ts";
import { type Outlet, watch } from "../../src/cli/watch.ts";

const START = Date.UTC(2026, 10, 20, 12);

/** Looks at one after another; a failure where there is an error. Stopped after the last. */
async function watched(
  things: readonly (string | Error)[],
  { isTerminal = false, json = false, rows = 24, mostRead = Infinity }: {
    readonly isTerminal?: boolean;
    readonly json?: boolean;
    readonly rows?: number;
    /** The reader goes after so many. */
    readonly mostRead?: number;
  } = {},
): Promise<{ written: string[]; slept: number[] }> {
  const stopped = Promise.withResolvers<void>();
  const written: string[] = [];
  const slept: number[] = [];
  let looks = 0;
  const view: View<string> = {
    look: async () => {
      const thing = things[looks++]!;
      if (thing instanceof Error) throw thing;
      return await Promise.resolve(thing);
    },
    lines: (seen, { width }) => [`seen ${seen}`, `in ${width}`],
    json: (seen) => ({ seen }),
  };
  const outlet: Outlet = {
    isTerminal,
    colors: colorsFor({ writeSync: () => 0, isTerminal: () => false }),
    size: () => ({ columns: 80, rows }),
    write: (text) => {
      written.push(text);
      return written.length < mostRead;
    },
    now: () => START + 2_000 * slept.length,
    sleep: (ms) => {
      slept.push(ms);
      if (looks < things.length) return Promise.resolve();
      stopped.resolve();
      return new Promise(() => {});
    },
  };
  await watch(view, { everyMs: 2_000, json }, outlet, stopped.promise);
  return { written, slept };
}

const gone = new CommandError(EXIT.unreachable, "can't reach it");

Deno.test("watch: blocks one below the other, each with its time, failures among them", async () => {
  const { written, slept } = await watched(["a", gone, "b"]);
  assert.deepEqual(
    written.join(""),
    [
      "--- 2026-11-20T12:00:00Z",
      "seen a",
      "in Infinity",
      "--- 2026-11-20T12:00:02Z",
      "limen: can't reach it",
      "--- 2026-11-20T12:00:04Z",
      "seen b",
      "in Infinity",
      "",
    ].join("\n"),
  );
  assert.deepEqual(slept, [2_000, 2_000, 2_000]);
});

for (const isTerminal of [false, true]) {
  Deno.test(`watch: JSON is one object a line${isTerminal ? ", on a terminal too" : ""}`, async () => {
    const { written } = await watched(["a", gone, "b"], { json: true, isTerminal });
    assert.deepEqual(written, [
      '{"seen":"a"}\n',
      '{"error":"can\'t reach it"}\n',
      '{"seen":"b"}\n',
    ]);
  });
}

Deno.test("watch: on a terminal each picture takes the place of the last, and the screen is given back", async () => {
  const { written } = await watched(["a", gone], { isTerminal: true });
  const [enter, first, second, leave] = written;
  assert.equal(written.length, 4);
  assert.equal(enter, "\x1b[?1049h\x1b[?25l\x1b[?7l");
  assert.equal(leave, "\x1b[?7h\x1b[?25h\x1b[?1049l");
  const linesOf = (text: string): string[] =>
    text.slice("\x1b[H".length, -"\x1b[J".length).split("\r\n").map((line) =>
      line.replace("\x1b[K", "")
    );
  const head = (time: string): string => `${time}  every 2 s, Ctrl-C ends`;
  assert.deepEqual(linesOf(first!), [head("2026-11-20T12:00:00Z"), "", "seen a", "in 80"]);
  assert.deepEqual(linesOf(second!), [
    head("2026-11-20T12:00:02Z"),
    "",
    "limen: can't reach it",
    "",
    "as of 2026-11-20T12:00:00Z:",
    "",
    "seen a",
    "in 80",
  ]);
});

Deno.test("watch: what fails at the first look ends it, with the screen as it was", async () => {
  for (const isTerminal of [false, true]) {
    await assert.rejects(watched([gone, "a"], { isTerminal }), gone);
  }
});

Deno.test("watch: a bug ends it, and the screen is given back", async () => {
  const bug = new TypeError("x is not a function");
  await assert.rejects(watched(["a", bug, "b"], { isTerminal: true }), bug);
});

Deno.test("watch: stopped during a look, it does not wait for its end", async () => {
  const written: string[] = [];
  const view: View<string> = { look: () => new Promise(() => {}), lines: () => [], json: () => 0 };
  const outlet: Outlet = {
    isTerminal: true,
    colors: colorsFor({ writeSync: () => 0, isTerminal: () => false }),
    size: () => ({ columns: 80, rows: 24 }),
    write: (text) => {
      written.push(text);
      return true;
    },
    now: () => START,
    sleep: () => new Promise(() => {}),
  };
  await watch(view, { everyMs: 1, json: false }, outlet, Promise.resolve());
  assert.deepEqual(written, []);
});

Deno.test("watch: ends when nobody reads on", async () => {
  for (const json of [false, true]) {
    const { written, slept } = await watched(["a", "b", "c"], { json, mostRead: 2 });
    assert.deepEqual([written.length, slept.length], [2, 1]);
  }
});
