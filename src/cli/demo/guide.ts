/** What the demo prints: what runs where, and what to try. */
import type { DemoCluster } from "./clusters.ts";

export interface Guide {
  /** Of the gateway. */
  readonly url: string;
  readonly runtime: "deno" | "cloudflare";
  readonly controlUrl: string;
  readonly clusters: readonly DemoCluster[];
  /** Path of the policy in force. */
  readonly policy: string;
  readonly adminToken: string;
  /** The command that calls Deno. */
  readonly deno: string;
  /** Emphasis, where there is any. */
  readonly bold: (text: string) => string;
}

export function guideText(guide: Guide): string {
  const { url, controlUrl, policy, adminToken, deno, bold } = guide;
  return `
${bold("What runs")}
${table(guide)}

${bold("Try it")}, in another terminal

  See the split: 80 % go to aws, 20 % to dc.
    for i in $(seq 10); do curl -s ${url}/shop/; done

  A header leads elsewhere, a path is rewritten, another is redirected, one is answered here.
    curl -s -H 'x-beta: yes' ${url}/shop/
    curl -s ${url}/api/items
    curl -sI ${url}/store/x
    curl -s ${url}/hello

  A canary: 10 % of the callers get dc, and a cookie keeps each where it is.
    for i in $(seq 5); do curl -s -b /tmp/limen-jar -c /tmp/limen-jar ${url}/checkout/; done

  What if aws were gone? The exact shares, before anything happens.
    ${deno} task limen simulate ${policy} --down aws

  Kill a cluster. No request fails: its share goes to pop, the failover.
    curl -X POST ${controlUrl}/aws/stop
    for i in $(seq 10); do curl -s ${url}/shop/; done

  Bring it back. Within 5 s traffic returns by itself.
    curl -X POST ${controlUrl}/aws/start

  Empty a cluster for maintenance: requests in flight finish, new ones go elsewhere; and back.
    curl -s -X POST ${url}/_limen/clusters/aws/drain -H 'authorization: Bearer ${adminToken}'
    for i in $(seq 10); do curl -s ${url}/shop/; done
    curl -s -X POST ${url}/_limen/clusters/aws/undrain -H 'authorization: Bearer ${adminToken}'

  Push a changed policy: all to dc. It holds from the next request on.
    sed 's/"aws": 80, "dc": 20/"aws": 0, "dc": 100/' ${policy} |
      curl -s -X PUT ${url}/_limen/policy -H 'authorization: Bearer ${adminToken}' --data-binary @-
    curl -s ${url}/shop/

  The command line: who takes a request and why, what is in force, what was, and the way back.
    export LIMEN_ADMIN_TOKEN=${adminToken} LIMEN_TO=${url}
    ${deno} task limen explain ${url} GET ${url}/shop/
    ${deno} task limen status
    ${deno} task limen history
    ${deno} task limen rollback previous

  And a push by it, which checks the policy first and says what changes.
    ${deno} task limen push ${policy}

Ctrl-C ends it all.
`;
}

function table({ url, runtime, controlUrl, clusters, policy }: Guide): string {
  const on = runtime === "deno" ? "Deno" : "workerd, as on Cloudflare Workers";
  const rows = [
    ["gateway", url, `on ${on}; its policy is ${policy}`],
    ...clusters.map(({ name, location, ports }) => [
      name,
      ports.map((port) => `http://127.0.0.1:${port}`).join(" "),
      `${location} cluster`,
    ]),
    ["control", controlUrl, "stops and starts the clusters"],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(([name, at, what]) => `  ${name!.padEnd(widths[0]!)}  ${at!.padEnd(widths[1]!)}  ${what}`)
    .join("\n");
}
