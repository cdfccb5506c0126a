import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  workerdConfig,
  type WorkerdOptions,
} from "../../../../src/platform/cloudflare/local/config.ts";

const options: WorkerdOptions = {
  script: "worker.js",
  compatibilityDate: "2026-10-01",
  compatibilityFlags: ["nodejs_compat"],
  hostname: "127.0.0.1",
  port: 8787,
  kvAddress: "127.0.0.1:9",
  vars: {},
  fetchers: [],
  objects: [],
};

const HUB = { binding: "FLEET", className: "Hub", uniqueKey: "limen-Hub", sqlite: true };

/** A Cap'n Proto text literal after `before`, and what it stands for. */
function literalAfter(config: string, before: string): string {
  const at = config.indexOf(before);
  assert.ok(at >= 0, `no ${before}`);
  const literal = /^"((?:[^"\\]|\\x[0-9a-f]{2})*)"/.exec(config.slice(at + before.length));
  assert.ok(literal !== null);
  const bytes = literal[1]!.replace(/\\x(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

const addresses: [hostname: string, want: string][] = [
  ["127.0.0.1", "127.0.0.1:8787"],
  ["localhost", "localhost:8787"],
  ["::1", "[::1]:8787"],
  ["::", "[::]:8787"],
];
for (const [hostname, want] of addresses) {
  Deno.test(`workerd listens on ${want}`, () => {
    const config = workerdConfig({ ...options, hostname });
    assert.equal(literalAfter(config, 'name = "http", address = '), want);
  });
}

Deno.test("every binding is there", () => {
  const config = workerdConfig({ ...options, vars: { A: "1", B: "2" }, fetchers: ["DC", "VPC"] });
  for (
    const binding of [
      '(name = "POLICIES", kvNamespace = "kv")',
      '(name = "A", text = "1")',
      '(name = "B", text = "2")',
      '(name = "DC", service = "internet")',
      '(name = "VPC", service = "internet")',
    ]
  ) assert.ok(config.includes(binding), binding);
  assert.equal(literalAfter(config, "embed "), "worker.js");
  assert.equal(literalAfter(config, "compatibilityDate = "), "2026-10-01");
  assert.ok(config.includes('compatibilityFlags = ["nodejs_compat"]'));
});

Deno.test("a class of Durable Objects is bound, and kept in memory unless there is a folder", () => {
  const config = workerdConfig({ ...options, objects: [HUB, { ...HUB, sqlite: false }] });
  for (
    const part of [
      '(name = "FLEET", durableObjectNamespace = "Hub")',
      '(className = "Hub", uniqueKey = "limen-Hub", enableSql = true)',
      '(className = "Hub", uniqueKey = "limen-Hub", enableSql = false)',
      "durableObjectStorage = (inMemory = void)",
    ]
  ) assert.ok(config.includes(part), part);
  assert.ok(!config.includes("disk"));
});

Deno.test("objects are kept in the folder that is given", () => {
  const config = workerdConfig({ ...options, objects: [HUB], objectFolder: "/a b/do" });
  assert.ok(config.includes('durableObjectStorage = (localDisk = "objects")'));
  assert.equal(literalAfter(config, 'name = "objects", disk = (path = '), "/a b/do");
  assert.ok(config.includes("writable = true"));
});

Deno.test("secrets are named, their values stay in the environment", () => {
  const config = workerdConfig({ ...options, secrets: ["KEY", "OTHER"] });
  assert.ok(config.includes('(name = "KEY", fromEnvironment = "KEY")'));
  assert.ok(config.includes('(name = "OTHER", fromEnvironment = "OTHER")'));
});

const hostile = [
  'a"), (name = "X", text = "',
  "a\\",
  '\\"',
  "line\nline\r\t\0",
  "# comment",
  "${x} `y` $(z)",
  "ü日🚢",
  "\ud800",
  "\\x22",
  "",
];
for (const value of hostile) {
  Deno.test(`a variable's value ${JSON.stringify(value)} stays a value`, () => {
    const config = workerdConfig({ ...options, vars: { V: value } });
    assert.equal(literalAfter(config, '(name = "V", text = '), value.toWellFormed());
    assert.match(config, /^[\x20-\x7e\n]*$/);
  });
}

Deno.test("any value stays a value, and leaves the rest as it is", () => {
  const [before, after] = workerdConfig({ ...options, vars: { V: "MARK" } }).split('"MARK"');
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const config = workerdConfig({ ...options, vars: { V: value } });
    assert.equal(literalAfter(config, '(name = "V", text = '), value);
    assert.ok(config.startsWith(before!) && config.endsWith(after!));
  }));
});
