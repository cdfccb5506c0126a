import assert from "node:assert/strict";
import { policyReader } from "../../src/platform/reader.ts";
import type { Finding } from "../../src/policy/finding.ts";

async function rehearsed(tests: string): Promise<readonly Finding[]> {
  const text = `{
  "clusters": { "aws": { "location": "public", "endpoints": ["https://aws.test"] } },
  "routes": [{ "name": "all", "to": "aws" }]${tests}
}`;
  const reader = policyReader("deno");
  const { policy } = reader.validate(text);
  assert.ok(policy !== null);
  return await reader.rehearse!({ policy, plan: reader.compile(policy, "000000000000"), text });
}

const test = (name: string, route: string): string =>
  `{ "name": "${name}", "request": { "url": "https://x.test/" }, "expect": { "route": ${route} } }`;

Deno.test("reader: a policy without tests has nothing to rehearse", async () => {
  assert.deepEqual(await rehearsed(""), []);
});

Deno.test("reader: a failed test is an error at its place", async () => {
  const text = `,\n"tests": [${test("good", '"all"')},\n  ${test("bad", "null")}]`;
  assert.deepEqual(await rehearsed(text), [{
    code: "LIM067",
    severity: "error",
    path: "tests[1]",
    line: 5,
    column: 3,
    message: '"bad" fails: route all takes it, expected none',
  }]);
});
