/**
 * One request through the gateway itself, with nothing behind it: what would be sent is kept, and
 * answered with an empty 200. No time passes, and nothing is left to chance.
 */
import type { MutableHeaders } from "../model/headers.ts";
import type { PlatformPlace } from "../model/place.ts";
import type { Exchange, Platform, UpstreamRequest } from "../model/platform.ts";
import type { Plan } from "../plan/plan.ts";

/** A request that somebody asks about. It has no body. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  /** As a client would send them, repeated names too. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The client's address; `null`: unknown. */
  readonly ip: string | null;
  /** What the platform says of where the client is. */
  readonly place: PlatformPlace;
}

/** The gateway's own way for a request, when it serves `plan` and knows nothing of its endpoints. */
export type Gate = (plan: Plan, exchange: Exchange, platform: Platform) => Promise<Response>;

export interface DryRun {
  /** Whether a route was looked for: a request that is no request ends before. */
  readonly routed: boolean;
  /** What would go upstream; `null`: nothing would. */
  readonly sent: UpstreamRequest | null;
  /** Means something only where nothing would be sent. */
  readonly response: Response;
}

/** @param uuid makes the request's id, if it brings none */
export async function dryRun(
  gate: Gate,
  plan: Plan,
  exchange: Exchange,
  uuid: () => string,
): Promise<DryRun> {
  let routed = false;
  let sent: UpstreamRequest | null = null;
  const watched: Plan = {
    ...plan,
    get table() {
      routed = true;
      return plan.table;
    },
  };
  const platform: Platform = {
    now: () => 0,
    random: () => 0,
    uuid,
    after: () => () => {},
    send: (request) => {
      sent ??= request;
      return Promise.resolve({
        status: 200,
        header: () => null,
        discard: () => {},
        hold: () => null,
      });
    },
  };
  const response = await gate(watched, exchange, platform);
  return { routed, sent, response };
}

/**
 * @throws {TypeError} for a header that no message may have
 */
export function exchangeOf({ method, url, headers, ip, place }: AskedRequest): Exchange {
  const given = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  return {
    method,
    url: withHost(url, given.get("host")),
    peer: ip,
    place,
    body: null,
    header: (name) => given.get(name),
    copyHeaders: (): MutableHeaders => new Headers(given),
    onClientGone: () => () => {},
    respond: () => new Response(null),
    later: () => {},
  };
}

/** Runtimes make the URL from the Host header, where there is one. */
function withHost(url: string, host: string | null): string {
  return host === null ? url : url.replace(/^(https?:\/\/)[^/?#]*/i, (_, scheme) => scheme + host);
}
