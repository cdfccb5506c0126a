/** Clusters: where their endpoints are, and how each platform reaches them. */
import type { Path, Report } from "../finding.ts";
import type { PolicyCluster } from "../schema/policy.ts";
import { suggest } from "../suggest.ts";
import type { Part, Target, View } from "../view.ts";
import { authorityProblem, isLocal, type Origin, originKey, parseOrigin } from "./url.ts";

export function checkClusters(view: View, report: Report): void {
  for (const [name, cluster] of view.clusters) {
    checkEndpoints(cluster, view.target, report);
    checkHost(cluster, view.target, report);
    checkWay(name, cluster, view.target, report);
  }
}

function checkEndpoints(cluster: Part<PolicyCluster>, target: Target | null, report: Report): void {
  const { path, value: { endpoints, location } } = cluster;
  const at = [...path, "endpoints"];
  const written = cluster.written["endpoints"];
  if (Array.isArray(written) && written.length === 0) {
    report("noEndpoints", at, "no request can be sent here");
  }
  const seen = new Map<string, number>();
  endpoints?.forEach((endpoint, index) => {
    const item: Path = typeof endpoint === "string" ? [...at, index] : [...at, index, "url"];
    const origin = parseOrigin(typeof endpoint === "string" ? endpoint : endpoint.url);
    if ("problem" in origin) return report("badEndpoint", item, origin.problem);
    const first = seen.get(originKey(origin));
    if (first === undefined) seen.set(originKey(origin), index);
    else {report(
        "duplicateEndpoint",
        item,
        `the same as endpoints[${first}]; a weight gives it more`,
      );}
    checkOrigin(origin, location, item, target, report);
  });
}

function checkOrigin(
  origin: Origin,
  location: PolicyCluster["location"] | undefined,
  path: Path,
  target: Target | null,
  report: Report,
): void {
  if (origin.scheme === "http" && location === "public" && !isLocal(origin.host)) {
    report("plainHttp", path, "anyone on the way can read and change this traffic: use https");
  }
  if (target !== "cloudflare" && blockedPorts.has(origin.port)) {
    report("blockedPort", path, `Deno's fetch refuses port ${origin.port}`);
  }
}

function checkHost(cluster: Part<PolicyCluster>, target: Target | null, report: Report): void {
  const host = cluster.value.host;
  if (host === undefined || host === "upstream") return;
  const path = [...cluster.path, "host"];
  if (host !== "preserve") {
    const problem = authorityProblem(host);
    if (problem !== null) return report("badHost", path, problem);
    const keyword = host.includes(".") ? null : suggest(host, ["upstream", "preserve"]);
    if (keyword !== null) {
      report("hostKeyword", path, `"${host}" is sent as it stands, did you mean "${keyword}"?`);
    }
  }
  checkSentHost(path, target, report, host === "preserve");
}

/** Workers can't send a Host that differs from the URL's. */
export function checkSentHost(
  path: Path,
  target: Target | null,
  report: Report,
  isClients = false,
): void {
  if (target === "deno") return;
  const message = "on Cloudflare the Host stays the endpoint's";
  report(
    "hostNotSent",
    path,
    isClients ? `${message}; x-forwarded-host says the client's` : message,
  );
}

function checkWay(
  name: string,
  cluster: Part<PolicyCluster>,
  target: Target | null,
  report: Report,
): void {
  const via = Object.hasOwn(cluster.written, "via");
  if (cluster.value.location === "private" && !via && target !== "deno") {
    report(
      "privateWithoutVia",
      cluster.path,
      `on Cloudflare "${name}" is reached over the public internet: a via.binding leads to a private one`,
      "key",
    );
  }
  if (via && target !== "cloudflare") {
    report("viaIgnored", [...cluster.path, "via"], "Deno reaches the endpoints directly", "key");
  }
}

/** WHATWG Fetch §2.9 "bad port". */
const blockedPorts: ReadonlySet<number> = new Set(
  // deno-fmt-ignore
  [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
  ],
);
