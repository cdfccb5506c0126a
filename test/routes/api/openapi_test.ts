import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { components } from "../../../routes/api/schemas.ts";
import { endpoints } from "../../../routes/api/table.ts";
import { openApi } from "../../../routes/api/openapi.ts";
import { authAs, World } from "./fixture.ts";

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const served = async (): Promise<Document> => (await new World().ask("GET", "/openapi.json")).json;

const operations = ({ paths }: Document): [method: string, path: string, Operation][] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Operation] => [
      method.toUpperCase(),
      path,
      operation,
    ])
  );

Deno.test("openapi: the document that is served is valid OpenAPI 3.1", async () => {
  const document = await served();
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...structuredClone(document) });
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, "3.1");
  const { paths: _, ...broken } = { ...document, components: { schemas: { x: { $ref: 1 } } } };
  assert.equal((await validator.validate(broken)).valid, false);
});

Deno.test("openapi: every reference leads somewhere, and everything named is referred to", async () => {
  const document = await served();
  const wanted = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!),
  );
  const there = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
  assert.deepEqual([...wanted].sort(), there.sort());
  assert.doesNotMatch(JSON.stringify(document), /"\$(schema|id)":"http|__shared|\$defs/);
});

Deno.test("openapi: what the contract promises is there, and no more", async () => {
  const document = await served();
  assert.deepEqual(document.servers, [{ url: "/_limen" }]);
  assert.deepEqual(operations(document).map(([method, path]) => `${method} ${path}`).sort(), [
    "GET /audit",
    "GET /clusters",
    "GET /healthz",
    "GET /history",
    "GET /history/{revision}",
    "GET /openapi.json",
    "GET /policy",
    "GET /readyz",
    "GET /status",
    "POST /clusters/{name}/drain",
    "POST /clusters/{name}/undrain",
    "POST /diff",
    "POST /explain",
    "POST /rollback",
    "POST /simulate",
    "POST /test",
    "POST /validate",
    "PUT /policy",
  ]);
  const ids = operations(document).map(([, , { operationId }]) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.includes("getHistoryRevision"));
  assert.ok(operations(document).every(([, , { summary }]) => summary.endsWith(".")));
});

Deno.test("openapi: every operation is served with the security that it declares", async () => {
  const document = await served();
  for (const [method, path, { security }] of operations(document)) {
    const concrete = path.replace("{revision}", "0123456789ab").replace("{name}", "aws");
    const alone = await new World().ask(method, concrete, { headers: { authorization: "" } });
    const isOpen = security.length === 0;
    assert.equal(alone.status === 401, !isOpen, `${method} ${path}`);
    if (isOpen) continue;
    const [scope] = security[0]!["bearer"]!;
    assert.match(scope!, /^limen:(read|write)$/);
    const scopes = scope === "limen:write" ? ["read"] as const : [] as const;
    const auth = authAs({ credential: "jwt", subject: null, scopes });
    const lacking = await new World({ auth }).ask(method, concrete);
    assert.equal(lacking.status, 403, `${method} ${path}`);
    assert.ok(lacking.json.detail.includes(scope), `${method} ${path}`);
    const world = new World();
    await world.push();
    const told = await world.ask(method, concrete);
    // It may want a body or know no such revision, but it is there.
    assert.ok(told.status !== 405 && told.json?.detail !== NOTHING, `${method} ${path}`);
  }
});

const NOTHING = "Limen has no endpoint of this name.";

Deno.test("openapi: nothing else is served", async () => {
  const document = await served();
  const names = [
    "metrics",
    "jwks.json",
    "ui",
    "ui/",
    "openapi.yaml",
    "login",
    "history/a/b",
    "test/x",
  ];
  const listed = Object.keys(document.paths).map((path) =>
    path.replace("{revision}", "0123456789ab").replace("{name}", "aws").slice(1)
  );
  const world = new World();
  for (const method of ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]) {
    for (const name of [...listed, ...names]) {
      const template = Object.keys(document.paths).find((path) =>
        path.replace("{revision}", "0123456789ab").replace("{name}", "aws") === `/${name}`
      );
      if (document.paths[template ?? ""]?.[method.toLowerCase()] !== undefined) continue;
      const { status, json } = await world.ask(method, `/${name}`);
      assert.equal(status, template === undefined ? 404 : 405, `${method} ${name}`);
      if (template === undefined) assert.equal(json.detail, NOTHING);
    }
  }
});

Deno.test("openapi: a body is declared where one is read, parameters where a path has them", () => {
  const document = openApi(endpoints, "/x") as unknown as Document;
  for (const [method, path, { requestBody, parameters = [] }] of operations(document)) {
    const takes = method === "PUT" || (method === "POST" && !path.startsWith("/clusters"));
    assert.equal(requestBody !== undefined, takes, `${method} ${path}`);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = parameters.filter((one) => one.in === "path").map(({ name }) => name);
    assert.deepEqual(declared, inPath);
  }
});

Deno.test("openapi: every refusal is declared, by its status and its code", async () => {
  const { paths } = await served();
  const statuses = (method: string, path: string): string =>
    Object.keys(paths[path]![method]!.responses).join(" ");
  const auth = "401 403 429 503";
  assert.equal(statuses("get", "/healthz"), "200 default");
  assert.equal(statuses("get", "/readyz"), "200 503 default");
  assert.equal(statuses("get", "/clusters"), `200 ${auth} default`);
  assert.equal(statuses("put", "/policy"), "200 400 401 403 412 413 422 429 503 default");
  assert.equal(statuses("post", "/rollback"), "200 400 401 403 404 412 413 422 429 503 default");
  const { responses } = paths["/explain"]!["post"]!;
  const { description } = responses["422"] as { description: string };
  assert.match(description, /^invalid_policy: .*\. unprocessable: .*\.$/);
});

Deno.test("openapi: the policy's schema is the published one", async () => {
  const published = JSON.parse(
    await Deno.readTextFile(new URL("../../../policies/policy.schema.json", import.meta.url)),
  );
  const { schemas } = (await served()).components;
  const policy = schemas["Policy"] as { properties: unknown };
  assert.deepEqual(policy.properties, published.properties);
});

Deno.test("openapi: answers may grow, requests may not", () => {
  const { schemas } = (openApi(endpoints, "/x") as unknown as Document).components;
  const closed = Object.entries(schemas as Record<string, Record<string, unknown>>)
    .filter(([, schema]) => schema["additionalProperties"] === false).map(([id]) => id);
  assert.deepEqual(closed.sort(), [
    "ExplainRequest",
    "Policy",
    "RollbackRequest",
    "SimulateRequest",
    "ValidateRequest",
    "WithPolicy",
  ]);
});

Deno.test("openapi: the bodies and answers of the table all have a name", () => {
  for (const { method, path, body, answer } of endpoints) {
    for (const schema of [answer.schema, ...(body === undefined ? [] : [body.schema])]) {
      assert.ok(components.get(schema)?.id, `${method} ${path}`);
    }
  }
});
