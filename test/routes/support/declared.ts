/** Holds what endpoints answer against what the table, and so the OpenAPI document, says of them. */
import assert from "node:assert/strict";
import { codesOf, type Endpoint } from "../../../routes/api/endpoint.ts";
import { problemDocument } from "../../../routes/api/schemas.ts";
import { endpoints } from "../../../routes/api/table.ts";
import { type FaultCode, faultKinds } from "../../../src/model/fault.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** @param path below the prefix, with or without a query */
export function declaredAt(method: string, path: string): Endpoint | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  const [bare] = path.split("?");
  return endpoints.find((endpoint) =>
    endpoint.method === wanted &&
    new RegExp(`^${endpoint.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(bare!)
  );
}

/** Fails the test for an answer that is not declared, to its last field. */
export function assertDeclared(method: string, path: string, answered: Answered): void {
  const { status, headers, text } = answered;
  assert.equal(headers.get("cache-control"), "no-store", `${method} ${path}`);
  const endpoint = declaredAt(method, path);
  if (status !== 200) return assertProblem(endpoint, answered);
  assert.ok(endpoint, `${method} ${path} is in no table`);
  for (const name of Object.keys(endpoint.answer.headers ?? {})) assert.ok(headers.has(name), name);
  assert.match(headers.get("content-type") ?? "", /^application\/json\b/);
  // A policy's text may hold comments, and is the pusher's own affair.
  if (method === "HEAD" || endpoint.answer.isPolicy) return;
  const body: unknown = JSON.parse(text);
  // The schema drops what it does not know.
  assert.deepEqual(endpoint.answer.schema.parse(body), body);
}

function assertProblem(endpoint: Endpoint | undefined, { status, headers, text }: Answered): void {
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.match(headers.get("proxy-status") ?? "", /^limen; error=[a-z_]+$/);
  if (text === "") return;
  const body = JSON.parse(text) as { status: number; code: FaultCode };
  assert.deepEqual(problemDocument.parse(body), body);
  assert.deepEqual([body.status, faultKinds[body.code].status], [status, status]);
  const anywhere: readonly FaultCode[] = ["not_found", "method_not_allowed"];
  const declared = endpoint === undefined
    ? [...anywhere, "unauthenticated", "forbidden", "rate_limited"]
    : [...codesOf(endpoint)];
  assert.ok(declared.includes(body.code), `${endpoint?.path}: ${body.code} is not declared`);
}
