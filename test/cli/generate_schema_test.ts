import assert from "node:assert/strict";
import { generate, generated } from "../../src/cli/generate_schema.ts";
import { RULES_VERSION } from "../../src/policy/codes.ts";
import { POLICY_FINGERPRINT } from "../../src/policy/fingerprint.ts";
import { revisionOf } from "../../src/policy/revision.ts";

Deno.test("generated files are fresh: run `deno task schema`", async () => {
  const wanted = await generate();
  for (const name of ["schema", "fingerprint"] as const) {
    assert.equal(await Deno.readTextFile(generated[name]), wanted[name], name);
  }
});

Deno.test("the fingerprint is of the published schema and the rules' version", async () => {
  const schema: unknown = JSON.parse(await Deno.readTextFile(generated.schema));
  assert.equal(POLICY_FINGERPRINT, await revisionOf({ schema, rules: RULES_VERSION }));
  assert.notEqual(POLICY_FINGERPRINT, await revisionOf({ schema, rules: RULES_VERSION + 1 }));
});

Deno.test("the published schema describes its fields and refuses unknown keys", async () => {
  const schema = JSON.parse(await Deno.readTextFile(generated.schema));
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(schema.required, ["clusters", "routes"]);
  assert.equal(schema.additionalProperties, false);
  const route = schema.properties.routes.items;
  assert.equal(route.additionalProperties, false);
  assert.match(route.properties.hosts.description, /^shop\.example\.com/);
});
