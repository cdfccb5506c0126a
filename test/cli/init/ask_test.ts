import assert from "node:assert/strict";
import { askDraft, type Asker } from "../../../src/cli/init/ask.ts";
import type { Draft } from "../../../src/cli/init/draft.ts";

type Answer = string | boolean;

/** Answers in turn; "" is the answer that stands there. A text that can't stand is asked for again. */
function answering(answers: readonly Answer[]): Asker & { readonly refused: string[] } {
  const left = [...answers];
  const refused: string[] = [];
  const next = (): Answer => {
    assert.ok(left.length > 0, "one more question than answers");
    return left.shift()!;
  };
  return {
    refused,
    text(_message, { initial, problemOf }): Promise<string> {
      for (;;) {
        const meant = String(next()) || (initial ?? "");
        const problem = problemOf(meant);
        if (problem === null) return Promise.resolve(meant);
        refused.push(problem);
      }
    },
    select<Value extends string>(
      _message: string,
      options: readonly { readonly value: Value }[],
    ): Promise<Value> {
      const answer = next();
      const { value } = options.find(({ value }) => value === answer)!;
      return Promise.resolve(value);
    },
    confirm: () => Promise.resolve(next() as boolean),
  };
}

const aws = ["aws", "public", "https://a.test, https://b.test"];
const dc = ["dc", "private", "http://10.0.0.1"];
const pop = ["pop", "edge", "https://pop.test"];

const rows: readonly { name: string; answers: readonly Answer[]; want: Draft["route"] }[] = [
  {
    name: "one cluster",
    answers: [...aws, false, "", ""],
    want: { name: "all", path: "/*", split: { aws: 1 }, failover: [] },
  },
  {
    name: "in order",
    answers: [...aws, true, ...pop, false, "/shop/*", "", "order"],
    want: { name: "shop", path: "/shop/*", split: { aws: 1 }, failover: ["pop"] },
  },
  {
    name: "by weight",
    answers: [...aws, true, ...pop, false, "/a", "b", "weight", ""],
    want: { name: "b", path: "/a", split: { aws: 90, pop: 10 }, failover: [] },
  },
  {
    name: "by weight, with somebody who takes over",
    answers: [...aws, true, ...dc, true, ...pop, false, "", "", "weight", "aws=1,dc=1", true],
    want: { name: "all", path: "/*", split: { aws: 1, dc: 1 }, failover: ["pop"] },
  },
  {
    name: "by weight, with nobody who takes over",
    answers: [...aws, true, ...dc, true, ...pop, false, "", "", "weight", "aws=1", false],
    want: { name: "all", path: "/*", split: { aws: 1 }, failover: [] },
  },
];

for (const { name, answers, want } of rows) {
  Deno.test(`init asks: ${name}`, async () => {
    assert.deepEqual((await askDraft(answering(answers))).route, want);
  });
}

Deno.test("init asks again for what can't stand", async () => {
  const asker = answering([
    ...["", "A", "aws", "public", "", "a.test", "https://a.test", true],
    ...["aws", "pop", "edge", "https://pop.test", false],
    ...["shop", "/shop", "S", "shop", "weight", "aws=1,pip=1", "aws=1,pop=1"],
  ]);
  const { clusters, route } = await askDraft(asker);
  assert.deepEqual(clusters, [
    { name: "aws", location: "public", urls: ["https://a.test"] },
    { name: "pop", location: "edge", urls: ["https://pop.test"] },
  ]);
  assert.deepEqual(route.split, { aws: 1, pop: 1 });
  assert.equal(asker.refused.length, 8);
  assert.ok(asker.refused.includes('"aws" is there already'));
});
