/** The rules of the source tree that no compiler checks: who may import whom, and who may name a platform. */
import assert from "node:assert/strict";

const ROOT = new URL("..", import.meta.url).pathname;

/** What the files of a layer may import besides their own layer. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/model": [],
  "src/plan": [],
  "src/policy": [],
  "src/balance": ["src/plan"],
  "src/place": ["src/model", "src/plan"],
  "src/fault": ["src/plan"],
  "src/locality": ["src/plan"],
  "src/capacity": ["src/plan"],
  "src/check": ["src/model", "src/plan", "src/health"],
  "src/fleet": ["src/plan", "src/balance", "src/health", "src/check", "src/capacity"],
  "src/match": ["src/plan"],
  "src/action": ["src/plan", "src/match"],
  "src/health": ["src/model", "src/plan", "src/balance", "src/locality"],
  "src/steer": ["src/plan", "src/balance", "src/health", "src/match", "src/place"],
  "src/compile": ["src/plan", "src/policy", "src/match", "src/action", "src/steer"],
  "src/decision": ["src/model", "src/plan", "src/steer"],
  "src/forward": [
    "src/model",
    "src/plan",
    "src/match",
    "src/action",
    "src/health",
    "src/steer",
    "src/decision",
  ],
  "src/store": ["src/plan", "src/policy"],
  "src/gateway.ts": ["src/model", "src/plan", "src/health", "src/steer", "src/capacity"],
  "src/simulate": [
    "src/model",
    "src/plan",
    "src/policy",
    "src/place",
    "src/health",
    "src/steer",
    "src/forward",
  ],
  "src/explain": [
    "src/model",
    "src/plan",
    "src/match",
    "src/place",
    "src/fault",
    "src/health",
    "src/steer",
    "src/forward",
    "src/simulate",
  ],
  "src/policy_tests": [
    "src/plan",
    "src/policy",
    "src/health",
    "src/simulate",
    "src/explain",
  ],
  "src/diff": ["src/plan", "src/policy", "src/match", "src/simulate"],
  "src/audit": [],
  "src/guard": [],
  "src/settings.ts": ["src/plan", "src/locality"],
  routes: [
    "src/model",
    "src/plan",
    "src/match",
    "src/action",
    "src/steer",
    "src/fault",
    "src/place",
    "src/health",
    "src/capacity",
    "src/fleet",
    "src/forward",
    "src/store",
    "src/policy",
    "src/gateway.ts",
    "src/health",
    "src/explain",
    "src/simulate",
    "src/policy_tests",
    "src/diff",
    "src/guard",
    "src/audit",
    "src/settings.ts",
    "src/decision",
  ],
};

/** These may import everything. */
const TOP = ["src/platform", "src/cli", "src/demo"];

const layerOf = (path: string): string =>
  path.startsWith("routes/") ? "routes" : path.split("/").slice(0, 2).join("/");

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

async function* core(): AsyncGenerator<{ path: string; layer: string; text: string }> {
  for (const folder of ["src", "routes"]) {
    for await (const path of sources(folder)) {
      const layer = layerOf(path);
      if (!TOP.includes(layer)) {
        yield { path, layer, text: await Deno.readTextFile(`${ROOT}${path}`) };
      }
    }
  }
}

Deno.test("architecture: imports point one way", async () => {
  for await (const { path, layer, text } of core()) {
    const allowed = MAY_IMPORT[layer];
    assert.ok(allowed !== undefined, `${path}: the layer ${layer} is not listed`);
    for (const [, specifier] of text.matchAll(/ from "(\.[^"]+)"/g)) {
      const target = new URL(specifier!, `file:///${path}`).pathname.slice(1);
      const to = layerOf(target);
      assert.ok(to === layer || allowed.includes(to), `${path} must not import ${target}`);
    }
  }
});

Deno.test("architecture: the core names no platform, no clock and no chance", async () => {
  const foreign =
    /\bDeno\.|from "node:|cloudflare:|\bDate\.now\(|\bMath\.random\(|\bsetTimeout\(|waitUntil|\bcaches\./;
  for await (const { path, text } of core()) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    const found = foreign.exec(code);
    assert.equal(found, null, `${path} names ${found?.[0]}`);
  }
});

Deno.test("architecture: zod comes as a namespace, so that bundles leave out what is not used", async () => {
  for await (const path of sources("src")) {
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    for (const [line] of text.matchAll(/^import .* from "zod";$/gm)) {
      assert.match(line, /^import (?:type )?\* as z from "zod";$/, path);
    }
  }
});
