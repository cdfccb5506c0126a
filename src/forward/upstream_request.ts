/** What goes upstream in place of what came in: target and headers. */
import { changePath } from "../action/rewrite.ts";
import type { Target } from "../match/target.ts";
import type { MutableHeaders } from "../model/headers.ts";
import type { ForwardPlan, MemberPlan } from "../plan/plan.ts";
import type { Rule } from "../plan/table.ts";
import { type Client, type Connection, setForwarded } from "./client.ts";
import { applyEdits } from "./header_edits.ts";
import { removeHopByHop } from "./hop_by_hop.ts";
import { sanitize } from "./sanitize.ts";
import { addVia } from "./via.ts";

/** Path and query as the upstream gets them. @param target with its path in normal form */
export function upstreamTarget(
  { rewritePath }: ForwardPlan,
  { path, query }: Pick<Target, "path" | "query">,
  { prefix }: Pick<Rule, "prefix">,
): string {
  const to = rewritePath === null ? path : changePath(rewritePath, path, prefix);
  return query === "" ? to : `${to}?${query}`;
}

/** Whose request it is, and where it goes. */
export interface Passage {
  readonly connection: Connection;
  readonly client: Client;
  readonly requestId: string;
  readonly action: ForwardPlan;
  readonly member: MemberPlan;
}

/** @param headers the request's own, to be changed. @returns the same */
export function upstreamHeaders(headers: MutableHeaders, passage: Passage): MutableHeaders {
  const { connection, client, requestId, action, member } = passage;
  removeHopByHop(headers);
  sanitize(headers, client.behindProxy);
  // Met by whoever received the request: the runtime has answered it, or the client did not wait.
  headers.delete("expect");
  addVia(headers);
  setForwarded(headers, connection, client);
  headers.set("x-request-id", requestId);
  applyEdits(headers, action.requestHeaders);
  applyEdits(headers, member.requestHeaders);
  return headers;
}
