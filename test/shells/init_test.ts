/** `limen init` at a terminal: `deno task test:shells`, with util-linux's `script`. */
import assert from "node:assert/strict";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { parseDocument } from "../../src/policy/text.ts";
import { temporaryFolder } from "../cli/support/command.ts";
import { atTerminal } from "./terminal.ts";

const DOWN = "\x1b[B";

Deno.test("limen init: at a terminal it asks", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/p.json`;
  const { code, shown } = await atTerminal(["init", "--out", file], [
    { at: "A cluster's name", keys: "aws\r" },
    { at: "What kind of place is aws?", keys: "\r" },
    { at: "URLs of the endpoints of aws", keys: "https://aws.test\r" },
    { at: "Another cluster?", keys: "y" },
    { at: "A cluster's name", keys: "pop\r" },
    { at: "What kind of place is pop?", keys: DOWN + DOWN + "\r" },
    { at: "URLs of the endpoints of pop", keys: "https://pop.test\r" },
    { at: "Another cluster?", keys: "n" },
    { at: "Which path?", keys: "/shop/*\r" },
    { at: "What is this route called?", keys: "\r" },
    { at: "How do the clusters share", keys: "\r" },
  ]);
  assert.equal(code, 0, shown);
  const { clusters, routes } = parseDocument(await Deno.readTextFile(file)) as Policy;
  assert.deepEqual(clusters, {
    aws: { location: "public", endpoints: ["https://aws.test"] },
    pop: { location: "edge", endpoints: ["https://pop.test"] },
  });
  assert.deepEqual(routes, [
    { name: "shop", match: { path: "/shop/*" }, to: "aws", failover: ["pop"] },
  ]);
});

Deno.test("limen init: whoever has enough of questions leaves nothing behind", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/p.json`;
  const { code, shown } = await atTerminal(["init", "--out", file], [
    { at: "A cluster's name", keys: "\x03" },
  ]);
  assert.equal(code, 1, shown);
  assert.match(shown, /limen: nothing was written/);
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});
