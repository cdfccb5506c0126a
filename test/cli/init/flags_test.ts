import assert from "node:assert/strict";
import type { Draft } from "../../../src/cli/init/draft.ts";
import { type DraftFlags, draftOf } from "../../../src/cli/init/flags.ts";
import { CommandError } from "../../../src/cli/exit_codes.ts";

const AWS = "aws=public:https://shop.test";
const DC = "dc=private:http://10.0.0.1:8080, http://10.0.0.2:8080";
const POP = "pop=edge:https://pop.test";

const good: readonly { name: string; flags: DraftFlags; want: Draft["route"] }[] = [
  {
    name: "one cluster takes everything",
    flags: { cluster: [AWS] },
    want: { name: "all", path: "/*", split: { aws: 1 }, failover: [] },
  },
  {
    name: "of several the first takes everything, the others follow",
    flags: { cluster: [AWS, DC, POP], route: "/shop/*" },
    want: { name: "shop", path: "/shop/*", split: { aws: 1 }, failover: ["dc", "pop"] },
  },
  {
    name: "a split stands alone",
    flags: { cluster: [AWS, DC, POP], split: "aws=80, dc=20.5", route: "/A/b_c" },
    want: { name: "a-b-c", path: "/A/b_c", split: { aws: 80, dc: 20.5 }, failover: [] },
  },
  {
    name: "all of it",
    flags: { cluster: [AWS, DC, POP], split: "dc=1", failover: "pop, aws", name: "x", route: "/" },
    want: { name: "x", path: "/", split: { dc: 1 }, failover: ["pop", "aws"] },
  },
  {
    name: "no failover",
    flags: { cluster: [AWS, DC], failover: "" },
    want: { name: "all", path: "/*", split: { aws: 1 }, failover: [] },
  },
];

for (const { name, flags, want } of good) {
  Deno.test(`init flags: ${name}`, () => assert.deepEqual(draftOf(flags).route, want));
}

Deno.test("init flags: clusters", () => {
  assert.deepEqual(draftOf({ cluster: [DC, "v6=edge:http://[::1]:80"] }).clusters, [
    { name: "dc", location: "private", urls: ["http://10.0.0.1:8080", "http://10.0.0.2:8080"] },
    { name: "v6", location: "edge", urls: ["http://[::1]:80"] },
  ]);
});

const bad: readonly { flags: DraftFlags; message: RegExp }[] = [
  {
    flags: { cluster: ["aws"] },
    message: /^--cluster: "aws" is not of the form NAME=LOCATION:URL/,
  },
  {
    flags: { cluster: ["aws=https://a.test"] },
    message: /^--cluster: "https" is no location: it is/,
  },
  {
    flags: { cluster: ["aws=publc:https://a.test"] },
    message: /"publc" is no location, did you mean "public"\?$/,
  },
  {
    flags: { cluster: ["Aws=edge:https://a.test"] },
    message: /^--cluster: a name consists of a-z/,
  },
  { flags: { cluster: ["aws=edge:"] }, message: /^--cluster: at least one URL/ },
  { flags: { cluster: ["aws=edge:a.test"] }, message: /a\.test: write it with its scheme/ },
  { flags: { cluster: ["aws=edge:https://a.test/x"] }, message: /leave out the path/ },
  { flags: { cluster: [AWS, AWS] }, message: /^--cluster: "aws" is named twice$/ },
  { flags: { cluster: [AWS], route: "shop" }, message: /^--route: a path starts with "\/"$/ },
  { flags: { cluster: [AWS], name: "a b" }, message: /^--name: a name consists of/ },
  { flags: { cluster: [AWS], split: "aws" }, message: /^--split: "aws" is no share: .* aws=80$/ },
  { flags: { cluster: [AWS], split: "aws=-1" }, message: /^--split: "aws=-1" is no share/ },
  { flags: { cluster: [AWS], split: "aws=1000001" }, message: /^--split: a weight is at most/ },
  { flags: { cluster: [AWS], split: "aws=1,aws=2" }, message: /^--split: "aws" stands twice$/ },
  { flags: { cluster: [AWS, DC], split: "aws=0,dc=0" }, message: /^--split: all weights are 0/ },
  {
    flags: { cluster: [AWS, DC], split: "awz=1" },
    message: /^--split: there is no cluster "awz", did you mean "aws"\?$/,
  },
  {
    flags: { cluster: [AWS, DC], failover: "tokyo" },
    message: /^--failover: there is no cluster "tokyo": there is aws or dc$/,
  },
  { flags: { cluster: [AWS], failover: "aws,aws" }, message: /^--failover: "aws" stands twice$/ },
];

for (const { flags, message } of bad) {
  Deno.test(`init flags: refuses ${JSON.stringify(flags)}`, () => {
    assert.throws(() => draftOf(flags), (error) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      return true;
    });
  });
}
