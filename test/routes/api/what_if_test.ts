import assert from "node:assert/strict";
import { simulate } from "../../../src/simulate/simulate.ts";
import { parseSituation, type Supposed } from "../../../src/simulate/situation.ts";
import { parseViewpoint } from "../../../src/simulate/viewpoint.ts";
import { fieldsIn, POLICY, problemIn, World } from "./fixture.ts";

const SHOP = { method: "GET", url: "https://shop.test/shop/cart" };

Deno.test("POST explain: by the policy in force, as things are now", async () => {
  const world = new World();
  assert.equal(problemIn(await world.ask("POST", "/explain", { body: SHOP })), "404 not_found");
  await world.push();
  const { status, json } = await world.ask("POST", "/explain", { body: SHOP });
  assert.equal(status, 200);
  assert.deepEqual([json.live, json.route, json.clusters], [true, "shop", { aws: 0.8, dc: 0.2 }]);
  assert.deepEqual(json.considered.map(({ route }: { route: string }) => route), ["old"]);
  assert.equal(json.response, null);
  assert.match(json.request.url, /^https:\/\/[ab]\.aws\.test\/shop\/cart$/);

  world.gateway.serving();
  const dc = world.feed.active!.plan.clusters.find(({ name }) => name === "aws")!;
  for (const { origin } of dc.endpoints) {
    world.health.ejectShared(dc, origin, world.platform.now() + 30_000, world.platform.now());
  }
  const later = await world.ask("POST", "/explain", { body: SHOP });
  assert.deepEqual(later.json.clusters, { aws: 0, dc: 1 });
  assert.equal(later.json.request.url, "https://dc.test/shop/cart");
  const supposed = await world.ask("POST", "/explain", { body: { ...SHOP, policy: POLICY } });
  assert.deepEqual([supposed.json.live, supposed.json.clusters], [false, { aws: 0.8, dc: 0.2 }]);
});

Deno.test("POST explain: the gateway's own answers", async () => {
  const world = new World();
  const ask = (url: string, method = "GET"): ReturnType<World["ask"]> =>
    world.ask("POST", "/explain", { body: { policy: POLICY, method, url } });
  const moved = await ask("http://shop.test/old/x?y=1");
  assert.deepEqual([moved.json.route, moved.json.request], ["old", null]);
  assert.equal(moved.json.response.status, 302);
  assert.equal(moved.json.response.headers.location, "http://shop.test/shop/x?y=1");
  const nobody = await ask("https://shop.test/");
  assert.deepEqual([nobody.json.route, nobody.json.response.code], [null, "no_route"]);
  const broken = await ask("https://shop.test/%zz");
  assert.equal(broken.json.response.code, "bad_request");
  const unsendable = await ask("https://shop.test/shop", "TRACE");
  assert.equal(unsendable.json.response.code, "not_implemented");
});

const SELECTIVE = JSON.stringify({
  clusters: { a: { location: "edge", endpoints: ["https://a.test"] } },
  routes: [{ name: "beta", match: { headers: { "x-beta": "yes", "x-two": "1, 2" } }, to: "a" }],
});
const headers: [name: string, headers: unknown][] = [
  ["an object", { "X-Beta": "yes", "x-two": "1, 2" }],
  ["an object with lists", { "X-Beta": ["yes"], "x-two": ["1", "2"] }],
  ["lines", ["x-beta: yes", "x-two:1", "X-Two:  2 "]],
];
for (const [name, given] of headers) {
  Deno.test(`POST explain: headers as ${name}`, async () => {
    const body = { ...SHOP, policy: SELECTIVE, headers: given };
    const { status, json } = await new World().ask("POST", "/explain", { body });
    assert.deepEqual([status, json.route], [200, "beta"]);
  });
}

const NEAREST = JSON.stringify({
  clusters: {
    de: { location: "edge", coordinates: [50, 8], endpoints: ["https://de.test"] },
    us: { location: "edge", coordinates: [40, -100], endpoints: ["https://us.test"] },
  },
  routes: [{ name: "all", nearest: ["de", "us"] }],
});
const places: [name: string, from: unknown][] = [
  ["a text", "latitude=41,longitude=-99"],
  ["texts", ["latitude=41", "longitude=-99", "region=us"]],
  ["an object", { latitude: 41, longitude: -99, region: "us" }],
  ["an object of texts", { latitude: "41", longitude: "-99" }],
];
for (const [name, from] of places) {
  Deno.test(`POST explain and simulate: from as ${name}`, async () => {
    const world = new World();
    const explained = await world.ask("POST", "/explain", {
      body: { ...SHOP, policy: NEAREST, from },
    });
    assert.deepEqual(explained.json.clusters, { de: 0, us: 1 }, explained.text);
    const simulated = await world.ask("POST", "/simulate", { body: { policy: NEAREST, from } });
    assert.deepEqual(simulated.json.routes[0].clusters, { de: 0, us: 1 });
  });
}

const refused: [path: string, body: object, want: string, field: string][] = [
  ["/explain", {}, "400 bad_request", "method"],
  ["/explain", { method: 1, url: "https://a.test/" }, "400 bad_request", "method"],
  ["/explain", { method: "GET", url: ["x"] }, "400 bad_request", "url"],
  ["/explain", { ...SHOP, headers: "x-beta: yes" }, "400 bad_request", "headers"],
  ["/explain", { ...SHOP, headers: { a: 1 } }, "400 bad_request", "headers.a"],
  ["/explain", { ...SHOP, headers: ["a: 1", 2] }, "400 bad_request", "headers[1]"],
  ["/explain", { ...SHOP, from: 7 }, "400 bad_request", "from"],
  ["/explain", { ...SHOP, from: { region: {} } }, "400 bad_request", "from.region"],
  ["/explain", { ...SHOP, down: ["aws"] }, "400 bad_request", "down"],
  ["/explain", { method: "G T", url: "https://a.test/" }, "422 unprocessable", "method"],
  ["/explain", { method: "GET", url: "/shop" }, "422 unprocessable", "url"],
  ["/explain", { ...SHOP, headers: ["no header"] }, "422 unprocessable", "headers"],
  ["/explain", { ...SHOP, headers: ["a: 1", "bare"] }, "422 unprocessable", "headers"],
  ["/explain", { ...SHOP, headers: { "a b": "c" } }, "422 unprocessable", "headers"],
  ["/explain", { ...SHOP, headers: { a: "b\nc" } }, "422 unprocessable", "headers"],
  ["/explain", { ...SHOP, from: "region" }, "422 unprocessable", "from"],
  ["/explain", { ...SHOP, from: { country: "Germany" } }, "422 unprocessable", "from"],
  ["/explain", { ...SHOP, from: { ip: "1.2.3" } }, "422 unprocessable", "from"],
  ["/simulate", { from: { latitude: 91, longitude: 0 } }, "422 unprocessable", "from"],
  ["/simulate", { from: { region: "a,zone=b" } }, "422 unprocessable", "from"],
  ["/simulate", { from: { region: "" } }, "422 unprocessable", "from"],
  ["/simulate", { down: ["awz"] }, "422 unprocessable", "down"],
  ["/simulate", { down: "dc/1" }, "422 unprocessable", "down"],
  ["/simulate", { down: ["aws"], degraded: ["nobody"] }, "422 unprocessable", "degraded"],
  ["/simulate", { drain: ["dc/0"] }, "422 unprocessable", "drain"],
  ["/simulate", { down: [1] }, "400 bad_request", "down[0]"],
  ["/simulate", { down: { aws: true } }, "400 bad_request", "down"],
  ["/simulate", { method: "GET" }, "400 bad_request", "method"],
];
for (const [path, body, want, field] of refused) {
  Deno.test(`POST ${path} ${JSON.stringify(body)}: ${want} for ${field}`, async () => {
    const world = new World();
    await world.push();
    const told = await world.ask("POST", path, { body });
    assert.equal(problemIn(told), want, told.text);
    assert.ok(fieldsIn(told).includes(field), told.text);
    assert.match(told.json.detail, /^[a-z$]/);
  });
}

Deno.test("POST simulate: an unknown cluster comes with a name that is near", async () => {
  const world = new World();
  await world.push();
  const { json } = await world.ask("POST", "/simulate", { body: { down: ["awz"] } });
  assert.equal(json.detail, 'down: there is no cluster "awz", did you mean "aws"?');
});

const situations: [body: object, supposed: Supposed][] = [
  [{}, {}],
  [{ down: "aws" }, { down: ["aws"] }],
  [{ down: ["aws/1", "dc"] }, { down: ["aws/1", "dc"] }],
  [{ degraded: ["aws/0"], drain: "dc" }, { degraded: ["aws/0"], drain: ["dc"] }],
];
for (const [body, supposed] of situations) {
  Deno.test(`POST simulate ${JSON.stringify(body)}: as the command does`, async () => {
    const world = new World();
    const before = await world.ask("POST", "/simulate", { body });
    assert.equal(problemIn(before), "404 not_found");
    await world.push();
    const { plan } = world.feed.active!;
    const [situation, nowhere] = [parseSituation(plan, supposed), parseViewpoint([])];
    assert.ok(situation.ok && nowhere.ok);
    const want = JSON.parse(JSON.stringify(simulate(plan, situation.value, nowhere.value)));
    for (const policy of [undefined, POLICY]) {
      const told = await world.ask("POST", "/simulate", { body: { ...body, policy } });
      assert.deepEqual([told.status, told.json], [200, want]);
    }
  });
}

Deno.test("POST simulate: the health of now is not supposed", async () => {
  const world = new World();
  await world.push();
  await world.ask("POST", "/clusters/aws/drain");
  const { json } = await world.ask("POST", "/simulate");
  assert.deepEqual(json.routes[0].clusters, { aws: 0.8, dc: 0.2 });
});
