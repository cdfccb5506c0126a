import assert from "node:assert/strict";
import { groupAt, groupsOf, type MemberGroup } from "../../src/fleet/groups.ts";
import type { MemberStatus } from "../../src/fleet/port.ts";
import { statusOf } from "./fakes.ts";

const lastError = { code: "missing", message: "gone", at: "2026-11-20T12:00:00.000Z" };

const rows: {
  readonly name: string;
  readonly members: readonly Partial<MemberStatus>[];
  readonly want: readonly Partial<MemberGroup>[];
}[] = [
  { name: "nobody", members: [], want: [] },
  {
    name: "one member",
    members: [{}],
    want: [{ group: "eu/fra", runtime: "deno", members: 1, revisions: { r1: 1 }, errors: 0 }],
  },
  {
    name: "by place and runtime, in order",
    members: [
      { group: "b" },
      { group: "a" },
      { group: "a", runtime: "cloudflare" },
      { group: "" },
      { group: "b" },
    ],
    want: [
      { group: "", runtime: "deno", members: 1 },
      { group: "a", runtime: "cloudflare", members: 1 },
      { group: "a", runtime: "deno", members: 1 },
      { group: "b", runtime: "deno", members: 2 },
    ],
  },
  {
    name: "who serves nothing counts under the empty revision",
    members: [{ revision: null }, { revision: "r1" }, { revision: null }],
    want: [{ members: 3, revisions: { "": 2, r1: 1 } }],
  },
  {
    name: "errors count whatever is served",
    members: [{ lastError }, { revision: null, lastError }, {}],
    want: [{ errors: 2 }],
  },
];

for (const { name, members, want } of rows) {
  Deno.test(`groups: ${name}`, () => {
    const groups = groupsOf(members.map((member) => statusOf(member)));
    assert.equal(groups.length, want.length);
    groups.forEach((group, i) => assert.deepEqual({ ...group, ...want[i] }, group));
  });
}

Deno.test("groups: the revision that most members serve comes first, then by name", () => {
  const members = ["r2", "r3", "r1", "r3"].map((revision) => statusOf({ revision }));
  assert.deepEqual(Object.keys(groupsOf(members)[0]!.revisions), ["r3", "r1", "r2"]);
});

Deno.test("groups: a place is its region, with its zone if there is one", () => {
  assert.equal(groupAt({ region: "", zone: "", subzone: "" }), "");
  assert.equal(groupAt({ region: "FRA", zone: "", subzone: "" }), "FRA");
  assert.equal(groupAt({ region: "eu-1", zone: "a", subzone: "rack-4" }), "eu-1/a");
});
