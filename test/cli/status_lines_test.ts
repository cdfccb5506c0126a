import assert from "node:assert/strict";
import { colorsFor } from "../../src/cli/output.ts";
import { gatewayLines, type GatewayStatus, storeLines } from "../../src/cli/status_lines.ts";
import type { Style } from "../../src/cli/view.ts";
import { heardOf } from "../fleet/fakes.ts";
import {
  activationOf,
  clusterOf,
  NEW,
  NOW,
  OLD,
  secondsAgo,
  statusAnswerOf,
} from "./support/fleet.ts";

const STYLE: Style = {
  colors: colorsFor({ writeSync: () => 0, isTerminal: () => false }),
  width: Infinity,
  nowMs: NOW,
};

const linesOf = (spec: Partial<GatewayStatus> = {}): string[] =>
  gatewayLines({
    label: "the gateway at http://gateway.test",
    status: statusAnswerOf(),
    clusters: [clusterOf("aws")],
    newest: activationOf(),
    ...spec,
  }, STYLE);

/** The lines from the one that begins with `fleet`, to the next empty one. */
function fleetOf(lines: readonly string[]): readonly string[] {
  const from = lines.findIndex((line) => line.startsWith("fleet"));
  return lines.slice(from, lines.indexOf("", from));
}

Deno.test("status lines: all is well", () => {
  assert.deepEqual(linesOf(), [
    "the gateway at http://gateway.test",
    `  serves  ${NEW}, for 5 min (since ${secondsAgo(300)})`,
    `  newest  ${NEW}, pushed 5 min ago by ann: canary to 25 %`,
    "  looked  at the store 2 s ago",
    "",
    "fleet  1 member",
    `  eu/fra  deno  1  ${NEW}  for 5 min`,
    "",
    "cluster             state           why  active  p50  p99",
    "aws (public)        1 of 1 healthy",
    "  0 http://e0.test  healthy                   0",
  ]);
});

Deno.test("status lines: in the middle of a roll-out those behind are marked, by group", () => {
  const members = [
    heardOf({ id: "a", group: "FRA", runtime: "cloudflare", revision: NEW, since: secondsAgo(4) }),
    heardOf({ id: "b", group: "FRA", runtime: "cloudflare", revision: OLD, since: secondsAgo(90) }),
    heardOf({
      id: "c",
      group: "FRA",
      runtime: "cloudflare",
      revision: OLD,
      since: secondsAgo(7_300),
    }),
    heardOf({ id: "d", group: "", revision: null, since: null }),
  ];
  // The gateway that answers is behind itself: what counts is what is newest.
  const status = statusAnswerOf({ revision: OLD, members });
  assert.deepEqual(fleetOf(linesOf({ status })), [
    "fleet  4 members, 3 behind",
    "  (no place)  deno        1  no policy     behind",
    `  FRA         cloudflare  2  ${OLD}  behind  for 1 min to 2 h`,
    `  FRA         cloudflare  1  ${NEW}          for 4 s`,
  ]);
});

Deno.test("status lines: where the history can't be read, the gateway's own revision counts", () => {
  const members = [heardOf({ id: "a", revision: NEW }), heardOf({ id: "b", revision: OLD })];
  const lines = linesOf({ newest: null, status: statusAnswerOf({ members }) });
  assert.match(fleetOf(lines)[0]!, /2 members, 1 behind/);
  assert.ok(!lines.some((line) => line.startsWith("  newest")));
});

Deno.test("status lines: one error that many members have is said once, and obeyed by no terminal", () => {
  const message = "routes: is \x1b[2Jmissing";
  const errorAt = (seconds: number): GatewayStatus["status"]["members"][number]["lastError"] => ({
    code: "invalid_policy",
    message,
    at: secondsAgo(seconds),
  });
  const groups = ["AMS", "CDG", "FRA", "FRA", "LHR", "MAD", "MUC"];
  const members = groups.map((group, i) =>
    heardOf({
      id: `${i}`,
      group,
      revision: NEW,
      since: secondsAgo(300),
      lastError: errorAt(40 + i),
    })
  );
  const lastError = { code: "invalid_policy", message, at: secondsAgo(40) } as const;
  const lines = linesOf({ status: statusAnswerOf({ members, lastError }) });
  assert.equal(lines[4], "  error   invalid_policy for 40 s: routes: is \u{fffd}[2Jmissing");
  assert.equal(
    fleetOf(lines).at(-1),
    "  7 members in AMS, CDG, FRA, LHR, MAD and 1 more: invalid_policy: routes: is \u{fffd}[2Jmissing (for 46 s)",
  );
});

Deno.test("status lines: a fleet that can't be heard is said", () => {
  const status = statusAnswerOf({ fleetError: "No answer from Deno KV" });
  assert.equal(fleetOf(linesOf({ status }))[1], "  others can't be heard: No answer from Deno KV");
});

const NOTHING_THERE = {
  code: "missing",
  message: "The store holds no policy",
  at: secondsAgo(3),
} as const;

Deno.test("status lines: a gateway that has nothing yet", () => {
  const status = statusAnswerOf({
    revision: null,
    activeSince: null,
    lastCheck: null,
    lastError: NOTHING_THERE,
    members: [heardOf({ revision: null, since: null, lastError: NOTHING_THERE })],
  });
  assert.deepEqual(linesOf({ status, newest: null, clusters: [] }), [
    "the gateway at http://gateway.test",
    "  serves  no policy: the store holds none",
    "",
    "fleet  1 member",
    "  eu/fra  deno  1  no policy",
    "",
    "No policy is in force.",
  ]);
});

Deno.test("status lines: what is served though the store holds nothing any more is said", () => {
  const members = [heardOf({ revision: NEW, lastError: NOTHING_THERE })];
  const lines = linesOf({ status: statusAnswerOf({ lastError: NOTHING_THERE, members }) });
  assert.ok(
    lines.includes("  error   missing for 3 s: The store holds no policy"),
    lines.join("\n"),
  );
  assert.match(lines.join("\n"), /\n {2}1 member in .*: missing: The store holds no policy \(for /);
});

const HINT =
  "Who serves it, and how clusters are, is known to gateways only: give one's URL with --to.";

const stores = [
  {
    name: "a policy and who put it in force",
    active: { revision: NEW },
    newest: activationOf({ source: "rollback", message: null }),
    want: [`  holds   ${NEW}`, `  newest  ${NEW}, brought back 5 min ago by ann`],
  },
  { name: "nothing", active: null, newest: null, want: ["  holds  no policy"] },
  {
    name: "a text that is none",
    active: { revision: null },
    newest: activationOf({ by: null, message: null, source: "put" }),
    want: [
      "  holds   a text that is no policy",
      "          not in the history: put by hand, and no gateway has found it valid",
      `  newest  ${NEW}, put by hand 5 min ago`,
    ],
  },
];

for (const { name, active, newest, want } of stores) {
  Deno.test(`status lines: a store holds ${name}`, () => {
    const lines = storeLines({ label: "the Deno KV x", active, newest }, STYLE);
    assert.deepEqual(lines, ["the Deno KV x", ...want, "", HINT]);
  });
}
