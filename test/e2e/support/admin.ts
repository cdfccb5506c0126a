/** The admin API, as an operator's script uses it. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway } from "./gateway.ts";

type Gateway = Pick<RunningGateway, "url">;

/** One object of `GET clusters`, as the contract has it. */
export interface ClusterStatus {
  readonly name: string;
  readonly location: string;
  readonly region: string | null;
  readonly draining: boolean;
  readonly endpoints: readonly {
    readonly index: number;
    readonly url: string;
    readonly state: string;
    readonly ejectedUntil: string | null;
    readonly active: number;
    readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  }[];
}

/** @param path below the prefix, such as `/clusters` */
export const askAdmin = (gateway: Gateway, method: string, path: string): Promise<Response> =>
  fetch(`${gateway.url}/_limen${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });

export async function clusters(gateway: Gateway): Promise<readonly ClusterStatus[]> {
  const response = await askAdmin(gateway, "GET", "/clusters");
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).clusters;
}

/** `state` of each endpoint of a cluster, in order. */
export async function statesOf(gateway: Gateway, name: string): Promise<readonly string[]> {
  const cluster = (await clusters(gateway)).find((cluster) => cluster.name === name);
  return cluster?.endpoints.map(({ state }) => state) ?? [];
}

/** Takes a cluster out, or back. @returns the cluster as it is then */
export async function drain(
  gateway: Gateway,
  name: string,
  how: "drain" | "undrain" = "drain",
): Promise<ClusterStatus> {
  const response = await askAdmin(gateway, "POST", `/clusters/${name}/${how}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}
