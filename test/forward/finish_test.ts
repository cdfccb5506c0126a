import assert from "node:assert/strict";
import { isFault } from "../../src/model/fault.ts";
import { setUp } from "./fixture.ts";

interface Row {
  readonly name: string;
  readonly timeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  readonly status: number;
  /** [until the end, of silence]; `null`: the body's time is not limited. */
  readonly want: readonly [endMs: number, idleMs: number] | null;
}
const rows: readonly Row[] = [
  { name: "nothing", timeoutMs: null, idleTimeoutMs: null, status: 200, want: null },
  { name: "a timeout", timeoutMs: 500, idleTimeoutMs: null, status: 200, want: [500, Infinity] },
  {
    name: "an idle timeout",
    timeoutMs: null,
    idleTimeoutMs: 70,
    status: 200,
    want: [Infinity, 70],
  },
  { name: "both", timeoutMs: 500, idleTimeoutMs: 70, status: 200, want: [500, 70] },
  {
    name: "a WebSocket is free of both",
    timeoutMs: 500,
    idleTimeoutMs: 70,
    status: 101,
    want: null,
  },
  {
    name: "longer than timers can be is none",
    timeoutMs: 2 ** 31,
    idleTimeoutMs: 2 ** 31,
    status: 200,
    want: null,
  },
];
for (const { name, timeoutMs, idleTimeoutMs, status, want } of rows) {
  Deno.test(`an answer's body: ${name}`, async () => {
    const fixture = setUp({ route: { timeoutMs, idleTimeoutMs }, script: [status] });
    const result = await fixture.run();
    assert.ok(!isFault(result));
    const { deadline } = result;
    const got = deadline === null
      ? null
      : [deadline.atMs - fixture.platform.now(), deadline.idleMs];
    assert.deepEqual(got, want);
  });
}
