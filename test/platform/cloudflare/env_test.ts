import assert from "node:assert/strict";
import { type Env, fetcherOf } from "../../../src/platform/cloudflare/env.ts";

const fetcher = { fetch: (): Promise<Response> => Promise.resolve(new Response()) };
const env = {
  POLICIES: { get: () => {} },
  DC: fetcher,
  INHERITED: Object.create(fetcher),
  TOKEN: "fetch",
  NOTHING: null,
  CODE: () => {},
} as unknown as Env;

const rows: [name: string, found: boolean][] = [
  ["DC", true],
  ["INHERITED", true],
  ["POLICIES", false],
  ["TOKEN", false],
  ["NOTHING", false],
  ["CODE", false],
  ["ABSENT", false],
  ["constructor", false],
  ["__proto__", false],
];
for (const [name, found] of rows) {
  Deno.test(`${name} is ${found ? "a" : "no"} binding to fetch through`, () => {
    assert.equal(fetcherOf(env, name), found ? env[name] : null);
  });
}
