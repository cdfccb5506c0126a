import assert from "node:assert/strict";
import { parseViewpoint } from "../../src/simulate/viewpoint.ts";

const nowhere = {
  caller: { locality: { region: "", zone: "", subzone: "" }, labels: {} },
  place: { country: null, latitude: null, longitude: null },
  coordinates: null,
  ip: null,
};

const rows: readonly (readonly [texts: readonly string[], want: object])[] = [
  [[], nowhere],
  [["region=eu,zone=a"], {
    ...nowhere,
    caller: { locality: { region: "eu", zone: "a", subzone: "" }, labels: {} },
  }],
  [["region=eu", " zone = a ,subzone=r1"], {
    ...nowhere,
    caller: { locality: { region: "eu", zone: "a", subzone: "r1" }, labels: {} },
  }],
  [["version=v2,topology.istio.io/network=n1=x"], {
    ...nowhere,
    caller: {
      ...nowhere.caller,
      labels: { version: "v2", "topology.istio.io/network": "n1=x" },
    },
  }],
  [["latitude=52.5,longitude=-13.4,country=de"], {
    ...nowhere,
    place: { country: "de", latitude: "52.5", longitude: "-13.4" },
    coordinates: { latitude: 52.5, longitude: -13.4 },
  }],
  [["ip=203.0.113.7"], { ...nowhere, ip: "203.0.113.7" }],
  [["ip=2001:db8::1"], { ...nowhere, ip: "2001:db8::1" }],
];
for (const [texts, want] of rows) {
  Deno.test(`viewpoint: ${texts.join(" ") || "(nothing)"}`, () => {
    assert.deepEqual(parseViewpoint(texts), { ok: true, value: want });
  });
}

const problems: readonly (readonly [text: string, problem: RegExp])[] = [
  ["eu", /^"eu" is not of the form key=value/],
  ["", /^"" is not of the form key=value/],
  ["region=", /is not of the form/],
  ["=eu", /is not of the form/],
  ["region=eu,", /is not of the form/],
  ["region=eu,region=us", /^region is given twice$/],
  ["latitude=52.5", /^latitude and longitude go together/],
  ["latitude=91,longitude=0", /-90 to 90 and -180 to 180$/],
  ["latitude=a,longitude=0", /decimal degrees/],
  ["country=Germany", /two letters, such as DE$/],
  ["ip=localhost", /^ip=localhost is not an IP address$/],
  ["ip=203.0.113.7:80", /is not an IP address$/],
];
for (const [text, problem] of problems) {
  Deno.test(`viewpoint: refuses ${text || "(an empty text)"}`, () => {
    const parsed = parseViewpoint([text]);
    assert.match(parsed.ok ? "understood" : parsed.problem, problem);
  });
}
