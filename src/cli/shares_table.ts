/** Shares for people: a block for each route, a line for each cluster and each of its endpoints. */
import type { EndpointShare, RouteShares } from "../simulate/shares.ts";
import type { Simulated } from "../simulate/simulate.ts";
import type { Colors } from "./output.ts";
import { bar, type Cell, GAP, percent, table } from "./table.ts";

export interface Look {
  readonly colors: Colors;
  /** Characters in a line. */
  readonly width: number;
}

/** Of a cluster with more endpoints, neighbours with the same fate share a line. */
const MOST_LINES = 16;

const LONGEST_BAR = 20;

/** A shorter one says nothing. */
const SHORTEST_BAR = 8;

/** Columns: who, where, state, level, share, and then a bar. */
const WHO = 0;
const LEVEL = 3;
const SHARE = 4;

export function sharesTable({ routes }: Simulated, look: Look): string[] {
  if (routes.length === 0) return ["No route of this policy forwards anything."];
  // One table, so that all routes have the same columns.
  const blocks = routes.map((route) => rowsOf(route, look.colors));
  const lines = withBars(blocks.flat(), look.width - INDENT.length);
  let at = 0;
  return routes.flatMap(({ route }, i) => {
    const block = lines.slice(at, at += blocks[i]!.length).map((line) => INDENT + line);
    return [...(i === 0 ? [] : [""]), look.colors.bold(route), ...block];
  });
}

/** The rows as lines; who has a whole cluster's share gets a bar, as long as there is room for. */
function withBars(rows: readonly Row[], width: number): string[] {
  const options = { right: [LEVEL, SHARE], shrink: WHO, width };
  const plain = rows.map(({ cells }) => cells.map((cell) => cell && { text: cell.text }));
  const used = table(plain, options).reduce((most, line) => Math.max(most, line.length), 0);
  const room = Math.min(LONGEST_BAR, width - used - GAP.length);
  if (room < SHORTEST_BAR) return table(rows.map(({ cells }) => cells), options);
  return table(
    rows.map(({ cells, whole }) =>
      whole === undefined ? cells : [...cells, { text: bar(whole.share, room), paint: whole.paint }]
    ),
    options,
  );
}

const INDENT = "  ";

type Paint = (text: string) => string;

interface Row {
  readonly cells: readonly (Cell | null)[];
  /** The share of a whole cluster, or of what nobody serves. */
  readonly whole?: { readonly share: number; readonly paint: Paint };
}

function rowsOf({ clusters, endpoints, panic, unserved }: RouteShares, colors: Colors): Row[] {
  const rows = Object.entries(clusters).flatMap(([name, share]): Row[] => {
    const state = panic.includes(name) ? { text: "panic", paint: alarm(colors) } : null;
    const own = endpoints.filter(({ cluster }) => cluster === name);
    return [
      wholeRow({ text: name, paint: colors.bold }, state, { share, paint: colors.green }),
      ...runsOf(own).map((run) => endpointRow(run, colors)),
    ];
  });
  if (unserved === 0) return rows;
  const paint = alarm(colors);
  return [...rows, wholeRow({ text: "unserved", paint }, null, { share: unserved, paint })];
}

const wholeRow = (who: Cell, state: Cell | null, whole: NonNullable<Row["whole"]>): Row => ({
  cells: [who, null, state, null, { text: percent(whole.share), paint: whole.paint }],
  whole,
});

const alarm = (colors: Colors): Paint => (text) => colors.bold(colors.red(text));

function endpointRow(run: readonly EndpointShare[], colors: Colors): Row {
  const { url, index, state, priority, share } = run[0]!;
  const who = run.length === 1
    ? `  ${index} ${url}`
    : `  ${index}-${index + run.length - 1} (${run.length} endpoints, each)`;
  const dim = share === 0 ? { paint: colors.dim } : {};
  return {
    cells: [
      { text: who, ...dim },
      { text: placeOf(run[0]!), ...dim },
      { text: state, paint: paintOf(state, colors) },
      { text: `level ${priority}`, ...dim },
      { text: percent(share), ...dim },
    ],
  };
}

function paintOf(state: EndpointShare["state"], colors: Colors): Paint {
  if (state === "healthy") return colors.green;
  return state === "unhealthy" ? colors.red : colors.yellow;
}

const placeOf = ({ region, zone }: EndpointShare): string =>
  zone === null ? region ?? "" : `${region ?? ""}/${zone}`;

/** Endpoints one by one or, of many, in runs that differ in nothing but their URLs. */
function runsOf(endpoints: readonly EndpointShare[]): EndpointShare[][] {
  if (endpoints.length <= MOST_LINES) return endpoints.map((endpoint) => [endpoint]);
  const runs: EndpointShare[][] = [];
  for (const endpoint of endpoints) {
    const run = runs.at(-1);
    if (run !== undefined && fateOf(run[0]!) === fateOf(endpoint)) run.push(endpoint);
    else runs.push([endpoint]);
  }
  return runs;
}

const fateOf = (endpoint: EndpointShare): string =>
  [placeOf(endpoint), endpoint.state, endpoint.priority, percent(endpoint.share)].join("\n");
