/** A gateway's or a store's status for people. */
import type { StatusAnswer } from "../../routes/status.ts";
import type { HeardStatus } from "../fleet/port.ts";
import type { DescribedCluster } from "../health/describe.ts";
import type { Activation } from "../store/history.ts";
import { age } from "./ages.ts";
import type { Active } from "./target/target.ts";
import { clusterLines, NO_POLICY_IN_FORCE } from "./cluster_lines.ts";
import { type Colors, count, printable } from "./output.ts";
import { type Cell, table } from "./table.ts";
import type { Style } from "./view.ts";

export interface GatewayStatus {
  readonly label: string;
  readonly status: StatusAnswer;
  readonly clusters: readonly DescribedCluster[];
  /** What the store was given last; `null`: nothing, or the gateway can't say. */
  readonly newest: Activation | null;
}

export interface StoreStatus {
  readonly label: string;
  /** What the store holds; `null`: nothing. */
  readonly active: Pick<Active, "revision"> | null;
  /** The last entry of the history; `null`: it has none. */
  readonly newest: Activation | null;
}

const NO_POLICY = "no policy";

/** Of the places that have the same complaint, so many are named. */
const MOST_PLACES = 5;

export function storeLines(
  { label, active, newest }: StoreStatus,
  { colors, nowMs }: Style,
): string[] {
  const holds = active === null ? NO_POLICY : active.revision ?? "a text that is no policy";
  const isInHistory = active === null || active.revision === newest?.revision;
  const rows: [string, Cell][] = [["holds", { text: holds, paint: colors.bold }]];
  if (!isInHistory) {
    const text = "not in the history: put by hand, and no gateway has found it valid";
    rows.push(["", { text, paint: colors.yellow }]);
  }
  if (newest !== null) {
    rows.push(["newest", { text: `${newest.revision}, ${told(newest, nowMs)}` }]);
  }
  return [
    colors.bold(label),
    ...named(rows, colors),
    "",
    "Who serves it, and how clusters are, is known to gateways only: give one's URL with --to.",
  ];
}

const named = (rows: readonly (readonly [string, Cell])[], colors: Colors): string[] =>
  table(rows.map(([name, cell]) => [{ text: `  ${name}`, paint: colors.dim }, cell]));

export function gatewayLines(seen: GatewayStatus, style: Style): string[] {
  return [
    style.colors.bold(seen.label),
    ...ownLines(seen, style),
    "",
    ...fleetLines(seen, style),
    "",
    ...(seen.clusters.length === 0 && seen.status.revision === null
      ? [NO_POLICY_IN_FORCE]
      : clusterLines(seen.clusters, style)),
  ];
}

function ownLines({ status, newest }: GatewayStatus, { colors, nowMs }: Style): string[] {
  const { revision, activeSince, lastCheck, lastError } = status;
  const since = activeSince === null
    ? ""
    : `, for ${age(activeSince, nowMs)} (since ${activeSince})`;
  const served = revision ??
    (isEmptyStore(status) ? `${NO_POLICY}: the store holds none` : NO_POLICY);
  const rows: [string, Cell][] = [
    ["serves", { text: `${served}${since}`, paint: colors.bold }],
  ];
  if (newest !== null) {
    rows.push(["newest", { text: `${newest.revision}, ${told(newest, nowMs)}` }]);
  }
  if (lastCheck !== null) {
    rows.push(["looked", { text: `at the store ${age(lastCheck, nowMs)} ago` }]);
  }
  if (lastError !== null && !isEmptyStore(status)) {
    const { code, message, at } = lastError;
    const text = `${code} for ${age(at, nowMs)}: ${printable(message)}`;
    rows.push(["error", { text, paint: colors.red }]);
  }
  return named(rows, colors);
}

/** Who has nothing, for there is nothing, has no complaint: that is how all stores begin. */
const isEmptyStore = (
  { revision, lastError }: Pick<HeardStatus, "revision" | "lastError">,
): boolean => revision === null && lastError?.code === "missing";

/** `pushed 3 min ago by ann: canary to 25 %`. */
function told({ at, by, message, source }: Activation, nowMs: number): string {
  const how = { push: "pushed", rollback: "brought back", put: "put by hand" }[source];
  const who = by === null ? "" : ` by ${printable(by)}`;
  const why = message === null ? "" : `: ${printable(message)}`;
  return `${how} ${age(at, nowMs)} ago${who}${why}`;
}

function fleetLines({ status, newest }: GatewayStatus, { colors, nowMs }: Style): string[] {
  const { members, fleetError } = status;
  // Of what was put and is not valid there is no activation: nobody is to follow it.
  const current = newest?.revision ?? status.revision;
  const behind = members.filter(({ revision }) => revision !== current).length;
  const summary = [
    count(members.length, "member"),
    ...(behind === 0 ? [] : [`${behind} behind`]),
  ].join(", ");
  return [
    `${colors.bold("fleet")}  ${summary}`,
    ...(fleetError === undefined ? [] : [
      colors.red(`  others can't be heard: ${printable(fleetError)}`),
    ]),
    ...groupRows(members, current, nowMs, colors),
    ...errorLines(members, nowMs, colors),
  ];
}

/** A line for each revision that members of a group serve. */
function groupRows(
  members: readonly HeardStatus[],
  current: string | null,
  nowMs: number,
  colors: Colors,
): string[] {
  const groups = Map.groupBy(
    members,
    ({ group, runtime, revision }) => JSON.stringify([group, runtime, revision ?? ""]),
  );
  const rows = [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([, alike]): Cell[] => {
    const { group, runtime, revision } = alike[0]!;
    const isBehind = revision !== current;
    const paint = isBehind ? { paint: colors.yellow } : {};
    return [
      { text: `  ${placeOf(group)}` },
      { text: runtime },
      { text: String(alike.length) },
      { text: revision ?? NO_POLICY, ...paint },
      { text: isBehind ? "behind" : "", ...paint },
      { text: since(alike, nowMs), paint: colors.dim },
    ];
  });
  return table(rows, { right: [2] });
}

const placeOf = (group: string): string => group === "" ? "(no place)" : printable(group);

/** `for 3 s to 5 h`: since when the members serve what they serve. */
function since(members: readonly HeardStatus[], nowMs: number): string {
  const times = members.map(({ since }) => since).filter((at) => at !== null).sort();
  if (times.length === 0) return "";
  const [longest, shortest] = [age(times[0]!, nowMs), age(times.at(-1)!, nowMs)];
  return shortest === longest ? `for ${longest}` : `for ${shortest} to ${longest}`;
}

/** A line for each complaint that members have. */
function errorLines(members: readonly HeardStatus[], nowMs: number, colors: Colors): string[] {
  const complaining = members.flatMap((member) =>
    member.lastError === null || isEmptyStore(member)
      ? []
      : [{ group: member.group, ...member.lastError }]
  );
  const alike = Map.groupBy(complaining, ({ code, message }) => `${code}: ${message}`);
  return [...alike].map(([text, those]) => {
    const first = those.map(({ at }) => at).sort()[0]!;
    const places = [...new Set(those.map(({ group }) => placeOf(group)))];
    const more = places.length - MOST_PLACES;
    const where = places.slice(0, MOST_PLACES).join(", ") + (more > 0 ? ` and ${more} more` : "");
    const who = `${count(those.length, "member")} in ${where}`;
    return colors.red(`  ${who}: ${printable(text)} (for ${age(first, nowMs)})`);
  });
}
