/** A policy that fails its own tests does not come into force. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN } from "./support/gateway.ts";
import { suite } from "./support/suite.ts";

const policySaying = (body: string, expected: number): string =>
  `{
  "clusters": {},
  "routes": [{ "name": "say", "respond": { "status": 200, "body": "${body}" } }],
  "tests": [
    {
      "name": "it answers", // and nothing else
      "request": { "url": "http://any.test/" },
      "expect": { "route": "say", "response": { "status": ${expected} } }
    }
  ]
}`;

suite("policy tests", {
  "a push whose tests fail is refused with each of them, and changes nothing": async (gateway) => {
    const push = async (text: string): Promise<readonly [status: number, body: string]> => {
      const response = await fetch(`${gateway.url}/_limen/policy`, {
        method: "PUT",
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        body: text,
      });
      return [response.status, await response.text()];
    };
    const [stored] = await push(policySaying("good", 200));
    assert.equal(stored, 200);
    const [status, body] = await push(policySaying("bad", 404));
    assert.equal(status, 422, body);
    const { code, findings } = JSON.parse(body);
    assert.equal(code, "invalid_policy");
    assert.deepEqual(findings, [{
      code: "LIM067",
      severity: "error",
      path: "tests[0]",
      line: 5,
      column: 5,
      message: `"it answers" fails: the response's status is 200, expected 404`,
    }]);
    assert.equal(await (await fetch(gateway.url)).text(), "good");
  },
});
