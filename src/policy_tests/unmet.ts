/** What a test expected and did not get, in words. */
import type { Explanation } from "../explain/explain.ts";
import type { PolicyTest } from "../policy/schema/policy.ts";
import { SHARE_TOLERANCE } from "../policy/schema/tests.ts";

type Expected = PolicyTest["expect"];
type Headers = Readonly<Record<string, string>>;

/** @returns a sentence without its full stop for each; empty: the test passes */
export function unmet(expected: Expected, got: Explanation): readonly string[] {
  return [
    ...unmetRoute(expected, got),
    ...unmetShares(expected.clusters ?? {}, got),
    ...unmetRequest(expected.request, got),
    ...unmetResponse(expected.response, got),
  ];
}

function unmetRoute(
  { route: wanted }: Expected,
  { route, considered, response }: Explanation,
): string[] {
  if (wanted === undefined || wanted === route) return [];
  const taken = route !== null
    ? `route ${route} takes it`
    : response?.code === "no_route"
    ? "no route takes it"
    : `it is refused before a route is looked for (${response?.code})`;
  if (wanted === null) return [`${taken}, expected none`];
  const why = considered().find((other) => other.route === wanted)?.why;
  return [`${taken}, expected ${wanted}${why === undefined ? "" : `: ${wanted}: ${why}`}`];
}

function unmetShares(wanted: Readonly<Record<string, number>>, got: Explanation): string[] {
  const wrong = Object.entries(wanted).filter(([name, share]) =>
    Math.abs(shareOf(name, got) - share) > SHARE_TOLERANCE
  );
  if (wrong.length === 0) return [];
  const listed = wrong.map(([name, share]) =>
    `${name} got ${percent(shareOf(name, got))}, expected ${percent(share)}`
  );
  return [listed.join(", ") + shareNote(got)];
}

const shareOf = (name: string, { clusters }: Explanation): number => clusters[name] ?? 0;

/** What makes shares other than the weights. */
function shareNote({ pinned, response, clusters }: Explanation): string {
  if (pinned) return " (this caller is pinned)";
  if (response === null || Object.keys(clusters).length > 0) return "";
  return ` (the gateway answers ${answerOf(response)} by itself)`;
}

/** To a millionth of all, which is what shares are compared by. */
const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`;

function unmetRequest(wanted: Expected["request"], { request, response }: Explanation): string[] {
  if (wanted === undefined) return [];
  if (request === null) {
    return [`nothing is sent upstream: the gateway answers ${answerOf(response!)} by itself`];
  }
  return [
    ...differing("request's method", request.method, wanted.method),
    ...differing("request's URL", request.url, wanted.url),
    ...differingHeaders("request", request.headers, wanted.headers),
  ];
}

function unmetResponse(wanted: Expected["response"], { request, response }: Explanation): string[] {
  if (wanted === undefined) return [];
  if (response === null) {
    return [`it is sent to ${request!.url}: the gateway has no answer of its own`];
  }
  return [
    ...differing("response's status", response.status, wanted.status),
    ...differing("response's code", response.code ?? null, wanted.code),
    ...differingHeaders("response", response.headers, wanted.headers),
  ];
}

const answerOf = ({ status, code }: NonNullable<Explanation["response"]>): string =>
  code === undefined ? String(status) : `${status} ${code}`;

function differingHeaders(
  of: string,
  got: Headers,
  wanted: Readonly<Record<string, string | null>> = {},
): string[] {
  return Object.entries(wanted).flatMap(([name, value]) =>
    differing(`${of}'s header ${name}`, got[name.toLowerCase()] ?? null, value)
  );
}

type Value = string | number | null;

/** `null`: there is none. */
function differing(what: string, got: Value, wanted: Value | undefined): string[] {
  if (wanted === undefined || got === wanted) return [];
  return [`the ${what} is ${inWords(got)}, expected ${inWords(wanted)}`];
}

function inWords(value: Value): string {
  if (value === null) return "absent";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}

/** Of a value that is shown. */
const LONGEST = 200;
