/** An explanation for people. */
import type { AskedRequest } from "../explain/dry_run.ts";
import type { ExplanationJson, GivenResponse, SentRequest } from "../explain/explain.ts";
import { type Look, sharesTable } from "./shares_table.ts";
import { percent, table } from "./table.ts";

/** Of many other routes, those that came closest are shown: they come first. Of endpoints, too. */
const MOST_OTHERS = 20;

export function explanationLines(
  { method, url }: AskedRequest,
  explanation: ExplanationJson,
  look: Look,
): string[] {
  const { colors } = look;
  const { route, request, response, considered, guards, live } = explanation;
  const heading = (text: string): string => colors.bold(text);
  return [
    `${method} ${url}`,
    route === null ? colors.red(untaken(response)) : `Route ${heading(route)} takes it.`,
    ...sharesLines(explanation),
    ...(request === null ? [] : ["", heading(sentTo(explanation)), ...requestLines(request)]),
    ...(response === null
      ? []
      : ["", heading("The gateway answers by itself"), ...responseLines(response)]),
    ...(guards.length === 0 ? [] : ["", heading("Guards"), ...guardLines(explanation)]),
    ...(route === null || explanation.endpoints.length === 0
      ? []
      : ["", heading(live ? SHARES_LIVE : SHARES_SUPPOSED), ...endpointLines(explanation, look)]),
    ...troubleLines(explanation, look),
    ...(considered.length === 0 ? [] : ["", heading("Other routes"), ...othersLines(explanation)]),
  ];
}

const untaken = (response: GivenResponse | null): string =>
  response?.code === "no_route"
    ? "No route takes it."
    : "It is refused before a route is looked for.";

const SHARES_LIVE = "Shares, by the health that the gateway knows of now";
const SHARES_SUPPOSED = "Shares, if every endpoint is well";

function sharesLines({ clusters, pinned, response }: ExplanationJson): string[] {
  const shares = Object.entries(clusters);
  if (shares.length === 0) return [];
  const listed = shares.map(([name, share]) => `${name} ${percent(share)}`);
  const unserved = 1 - shares.reduce((sum, [, share]) => sum + share, 0);
  if (unserved > 1e-9) listed.push(`unserved ${percent(unserved)}`);
  const why = pinned && response === null ? " (this caller is pinned)" : "";
  return [`It goes to ${listed.join(", ")}${why}.`];
}

function sentTo({ endpoint, pinned }: ExplanationJson): string {
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

const guardLines = ({ guards }: ExplanationJson): string[] =>
  table(
    guards.map(({ guard, verdict, detail }) => [
      { text: `  ${guard}` },
      { text: verdict },
      { text: detail },
    ]),
  );

function endpointLines(
  { route, clusters, endpoints, panic }: ExplanationJson,
  look: Look,
): string[] {
  const served = Object.values(clusters).reduce((sum, share) => sum + share, 0);
  const unserved = Math.max(0, 1 - served);
  const block = { route: route!, clusters, endpoints, panic, unserved };
  // The first line names the route again.
  return sharesTable({ routes: [block] }, look).slice(1);
}

const TROUBLES = {
  ejected: "outlier detection ejected it",
  check: "its health checks fail",
  excluded: "it took itself out",
} as const;

function troubleLines({ endpoints }: ExplanationJson, { colors }: Look): string[] {
  const rows = endpoints.flatMap(({ cluster, index, reason, ejectedUntil }) => {
    if (!reason) return [];
    const also = reason === "ejected" ? ", until" : "; and it is ejected until";
    const until = ejectedUntil ? `${also} ${ejectedUntil}` : "";
    return [[{ text: `  ${cluster}/${index}` }, { text: TROUBLES[reason] + until }]];
  });
  if (rows.length === 0) return [];
  const more = rows.length - MOST_OTHERS;
  return [
    "",
    colors.bold("Why endpoints are unhealthy"),
    ...table(rows.slice(0, MOST_OTHERS)),
    ...(more > 0 ? [`  and ${more} more: --json has them all`] : []),
  ];
}

function othersLines({ considered }: ExplanationJson): string[] {
  const shown = considered.slice(0, MOST_OTHERS);
  const more = considered.length - shown.length;
  return [
    ...table(shown.map(({ route, why }) => [{ text: `  ${route}` }, { text: why }])),
    ...(more === 0 ? [] : [`  and ${more} more: --json has them all`]),
  ];
}
