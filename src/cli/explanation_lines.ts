/** An explanation for people. */
import type { AskedRequest } from "../explain/dry_run.ts";
import type { Explanation, GivenResponse, SentRequest } from "../explain/explain.ts";
import { type Considered, stages } from "../explain/considered.ts";
import type { Colors } from "./output.ts";
import { percent, table } from "./table.ts";

/** Of many other routes, those that came closest are shown. */
const MOST_OTHERS = 20;

export function explanationLines(
  { method, url }: AskedRequest,
  explanation: Explanation,
  colors: Colors,
): string[] {
  const { route, request, response, considered } = explanation;
  const heading = (text: string): string => colors.bold(text);
  return [
    `${method} ${url}`,
    route === null ? colors.red(untaken(response)) : `Route ${heading(route)} takes it.`,
    ...sharesLines(explanation),
    ...(request === null ? [] : ["", heading(sentTo(explanation)), ...requestLines(request)]),
    ...(response === null
      ? []
      : ["", heading("The gateway answers by itself"), ...responseLines(response)]),
    ...(considered.length === 0 ? [] : ["", heading("Other routes"), ...othersLines(explanation)]),
  ];
}

const untaken = (response: GivenResponse | null): string =>
  response?.code === "no_route"
    ? "No route takes it."
    : "It is refused before a route is looked for.";

function sharesLines({ clusters, pinned, response }: Explanation): string[] {
  const shares = Object.entries(clusters);
  if (shares.length === 0) return [];
  const listed = shares.map(([name, share]) => `${name} ${percent(share)}`);
  const unserved = 1 - shares.reduce((sum, [, share]) => sum + share, 0);
  if (unserved > 1e-9) listed.push(`unserved ${percent(unserved)}`);
  const why = pinned && response === null ? " (this caller is pinned)" : "";
  return [`It goes to ${listed.join(", ")}${why}.`];
}

function sentTo({ endpoint, pinned }: Explanation): string {
  const { cluster, index } = endpoint!;
  return `Sent to ${cluster}/${index}${pinned ? "" : ", its most probable endpoint"}`;
}

const requestLines = ({ method, url, headers }: SentRequest): string[] => [
  `  ${method} ${url}`,
  ...headerLines(headers),
];

const responseLines = ({ status, headers, body }: GivenResponse): string[] => [
  `  ${status}`,
  ...headerLines(headers),
  ...(body === null ? [] : ["", ...body.split("\n").map((line) => `  ${line}`)]),
];

const headerLines = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);

function othersLines({ considered }: Explanation): string[] {
  const closeness = ({ stage }: Considered): number => stages.indexOf(stage);
  const shown = [...considered].sort((a, b) => closeness(b) - closeness(a)).slice(0, MOST_OTHERS);
  const more = considered.length - shown.length;
  return [
    ...table(shown.map(({ route, why }) => [{ text: `  ${route}` }, { text: why }])),
    ...(more === 0 ? [] : [`  and ${more} more: --json has them all`]),
  ];
}
