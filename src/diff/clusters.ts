/** What differs between two policies' clusters, which are matched by name, and endpoints by origin. */
import { originKey, parseOrigin } from "../policy/check/url.ts";
import type { Policy, PolicyCluster, PolicyEndpoint } from "../policy/schema/policy.ts";
import { type Change, change } from "./change.ts";
import { below, fieldChanges, type Place, settingChanges, told } from "./fields.ts";
import { inWords, listed, same, without } from "./json.ts";

type Clusters = Policy["clusters"];

export function clusterChanges(before: Clusters, after: Clusters): Change[] {
  const changes: Change[] = [];
  for (const [name, cluster] of Object.entries(after)) {
    const place: Place = { subject: `cluster ${name}`, field: [], base: ["clusters", name] };
    if (Object.hasOwn(before, name)) changes.push(...within(before[name]!, cluster, place));
    else changes.push(change("added", place.base, `${place.subject}: added: ${inShort(cluster)}`));
  }
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(after, name)) continue;
    changes.push(change("removed", ["clusters", name], `cluster ${name}: removed`));
  }
  return changes;
}

/** `edge, 2 endpoints: https://a.example, https://b.example`. */
function inShort({ location, endpoints }: PolicyCluster): string {
  const count = `${endpoints.length} endpoint${endpoints.length === 1 ? "" : "s"}`;
  const urls = endpoints.slice(0, 4).map((endpoint) => object(endpoint).url);
  return [location, endpoints.length === 0 ? count : `${count}: ${shown(urls, endpoints.length)}`]
    .join(", ");
}

const shown = (urls: readonly string[], count: number): string =>
  count > urls.length
    ? `${urls.slice(0, 3).join(", ")} and ${count - 3} more`
    : listed(urls, urls.length);

function within(before: PolicyCluster, after: PolicyCluster, place: Place): Change[] {
  return [
    ...endpointChanges(before.endpoints, after.endpoints, place),
    ...settingChanges(before.host, after.host, below(place, "host"), (host = "upstream") => host),
    ...fieldChanges(
      without(before, ["endpoints", "host"]),
      without(after, ["endpoints", "host"]),
      place,
    ),
  ];
}

type EndpointObject = Extract<PolicyEndpoint, object>;

const object = (endpoint: PolicyEndpoint): EndpointObject =>
  typeof endpoint === "string" ? { url: endpoint } : endpoint;

interface Placed {
  readonly endpoint: EndpointObject;
  readonly index: number;
}

/** By origin; one that is listed again has a number behind it. */
function byOrigin(endpoints: readonly PolicyEndpoint[]): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  endpoints.forEach((written, index) => {
    const endpoint = object(written);
    const origin = parseOrigin(endpoint.url);
    const key = "problem" in origin ? endpoint.url : originKey(origin);
    let again = key;
    for (let n = 2; placed.has(again); n++) again = `${key} ${n}`;
    placed.set(again, { endpoint, index });
  });
  return placed;
}

function addedWords(endpoint: EndpointObject): string {
  const rest = without(endpoint, ["url"]);
  return Object.keys(rest).length === 0 ? "added" : `added: ${inWords(rest)}`;
}

function endpointChanges(
  before: readonly PolicyEndpoint[],
  after: readonly PolicyEndpoint[],
  place: Place,
): Change[] {
  if (same(before, after)) return [];
  const [old, now] = [byOrigin(before), byOrigin(after)];
  const changes: Change[] = [];
  const at = (index: number, words: string): Place => ({
    subject: `${place.subject}: endpoint ${words}`,
    field: [],
    base: [...place.base, "endpoints", index],
  });
  for (const [key, { endpoint, index }] of now) {
    const was = old.get(key);
    const here = at(index, endpoint.url);
    if (was === undefined) changes.push(told("added", addedWords(endpoint), here));
    else changes.push(...fieldChanges(was.endpoint, endpoint, here));
  }
  for (const [key, { endpoint, index }] of old) {
    if (!now.has(key)) changes.push(told("removed", "removed", at(index, endpoint.url)));
  }
  const stayed = [...old.keys()].filter((key) => now.has(key));
  if (!same(stayed, [...now.keys()].filter((key) => old.has(key)))) {
    changes.push(told("changed", "in another order", below(place, "endpoints")));
  }
  if (changes.length > 0) return changes;
  return [told("changed", "written differently, nothing is otherwise", below(place, "endpoints"))];
}
