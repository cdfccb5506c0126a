import assert from "node:assert/strict";
import { bindingsOf, readProject } from "../../../../src/platform/cloudflare/local/project.ts";

const toml = `
name = "limen"
compatibility_date = "2026-10-01"
compatibility_flags = ["global_fetch_strictly_public"]
services = [{ binding = "SVC", service = "other" }]
mtls_certificates = [{ binding = "MTLS", certificate_id = "x" }]

[[kv_namespaces]]
binding = "OTHER"
id = "1"

[[kv_namespaces]]
binding = "POLICIES"
id = "abc"

[[vpc_services]]
binding = "VPC"

[[vpc_networks]]
binding = "NET"

[[durable_objects.bindings]]
name = "FLEET"
class_name = "Hub"

[[durable_objects.bindings]]
name = "OLD"
class_name = "Old"

[[durable_objects.bindings]]
name = "FOREIGN"
class_name = "Hub"
script_name = "another"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Hub"]

[[migrations]]
tag = "v2"
new_classes = ["Old"]

[env.production]

[[env.production.durable_objects.bindings]]
name = "FLEET"
class_name = "Hub"

[[env.production.kv_namespaces]]
binding = "POLICIES"

[env.staging]
name = "limen-next"
compatibility_date = "2026-11-01"
compatibility_flags = []
kv_namespaces = [{ binding = "POLICIES", id = "s" }]

[env.empty]
`;

Deno.test("the top level of wrangler.toml", () => {
  assert.deepEqual(readProject(toml), {
    name: "limen",
    compatibilityDate: "2026-10-01",
    compatibilityFlags: ["global_fetch_strictly_public"],
    kvId: "abc",
    fetchers: ["SVC", "VPC", "NET", "MTLS"],
    objects: [
      { binding: "FLEET", className: "Hub", uniqueKey: "limen-Hub", sqlite: true },
      { binding: "OLD", className: "Old", uniqueKey: "limen-Old", sqlite: false },
    ],
  });
});

Deno.test("an environment inherits name, date, flags and migrations, never bindings", () => {
  assert.deepEqual(readProject(toml, "production"), {
    name: "limen-production",
    compatibilityDate: "2026-10-01",
    compatibilityFlags: ["global_fetch_strictly_public"],
    kvId: "POLICIES",
    fetchers: [],
    objects: [
      { binding: "FLEET", className: "Hub", uniqueKey: "limen-production-Hub", sqlite: true },
    ],
  });
});

Deno.test("an environment may say everything anew", () => {
  assert.deepEqual(readProject(toml, "staging"), {
    name: "limen-next",
    compatibilityDate: "2026-11-01",
    compatibilityFlags: [],
    kvId: "s",
    fetchers: [],
    objects: [],
  });
});

const bad: [name: string, text: string, environment: string | undefined, message: RegExp][] = [
  ["no TOML", "name =", undefined, /./],
  ["no namespace", 'name = "limen"', undefined, /POLICIES/],
  ["no namespace in the environment", toml, "empty", /POLICIES/],
  ["no such environment", toml, "prod", /"prod".*production, staging, empty/],
  ["no environment at all", 'name = "limen"', "prod", /"prod".*none/],
];
for (const [name, text, environment, message] of bad) {
  Deno.test(`wrangler.toml: ${name}`, () => {
    assert.throws(() => readProject(text, environment), message);
  });
}

Deno.test("the repository's own wrangler.toml is one", async () => {
  const text = await Deno.readTextFile(new URL("../../../../wrangler.toml", import.meta.url));
  for (const environment of [undefined, "production"]) {
    const { compatibilityDate, objects } = readProject(text, environment);
    assert.match(compatibilityDate, /^\d{4}-\d\d-\d\d$/);
    const bindings = objects.map(({ binding }) => binding);
    assert.deepEqual(bindings, ["FLEET", "PROBERS", "CAPACITY", "REGISTER"]);
    assert.ok(objects.every(({ sqlite }) => sqlite));
  }
});

Deno.test("stand-ins for bindings can fetch", () => {
  const { fetchers } = readProject(toml);
  const bindings = bindingsOf({ ...readProject(toml), fetchers });
  assert.deepEqual(Object.keys(bindings), fetchers);
  assert.ok(fetchers.every((name) => "fetch" in (bindings[name] as object)));
});
