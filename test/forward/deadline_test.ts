import assert from "node:assert/strict";
import {
  Deadline,
  DEFAULT_HEADERS_TIMEOUT_MS,
  LONGEST_TIMER_MS,
} from "../../src/forward/deadline.ts";

const limits = [
  { timeoutMs: null, unseenBytes: 0, want: DEFAULT_HEADERS_TIMEOUT_MS },
  { timeoutMs: 0, unseenBytes: 0, want: Infinity },
  { timeoutMs: 0, unseenBytes: 1280, want: Infinity },
  { timeoutMs: 1, unseenBytes: 0, want: 1 },
  { timeoutMs: 500, unseenBytes: 1280, want: 510 },
  { timeoutMs: null, unseenBytes: 1280, want: DEFAULT_HEADERS_TIMEOUT_MS + 10 },
  { timeoutMs: LONGEST_TIMER_MS, unseenBytes: 0, want: LONGEST_TIMER_MS },
  { timeoutMs: LONGEST_TIMER_MS + 1, unseenBytes: 0, want: Infinity },
  { timeoutMs: LONGEST_TIMER_MS, unseenBytes: 128, want: Infinity },
];
for (const { timeoutMs, unseenBytes, want } of limits) {
  Deno.test(`a timeout of ${timeoutMs} with ${unseenBytes} bytes unseen is ${want} ms`, () => {
    const deadline = new Deadline(timeoutMs, unseenBytes);
    deadline.start(1_000);
    assert.equal(deadline.atMs, 1_000 + want);
  });
}

Deno.test("a deadline runs from its latest start, and not while paused", () => {
  const deadline = new Deadline(100, 0);
  const states = (): [boolean, number] => [deadline.running, deadline.atMs];
  assert.deepEqual(states(), [false, Infinity]);
  deadline.start(1_000);
  assert.deepEqual(states(), [true, 1_100]);
  deadline.pause();
  assert.deepEqual(states(), [false, Infinity]);
  deadline.start(5_000);
  assert.deepEqual(states(), [true, 5_100]);
});

Deno.test("a deadline tells its one listener of every change", () => {
  const deadline = new Deadline(100, 0);
  const heard: string[] = [];
  deadline.onChange(() => void heard.push("replaced"));
  deadline.onChange(() => void heard.push(deadline.running ? "start" : "pause"));
  deadline.start(1);
  deadline.pause();
  deadline.onChange(null);
  deadline.start(2);
  assert.deepEqual(heard, ["start", "pause"]);
});
