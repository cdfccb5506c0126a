/** What members and the coordinator of a cluster's capacity say to each other. */

export interface CapacityAsk {
  readonly cluster: string;
  /** The cluster's `capacity`, requests per second, above 0. */
  readonly ratePerSecond: number;
  /** Who asks: another name for each life of an isolate or process. */
  readonly member: string;
  /** Counts this member's asks, so that one that comes late or twice changes nothing. */
  readonly sequence: number;
  /** Requests per second that want to go to the cluster here, refused ones included. */
  readonly demandPerSecond: number;
  /** Tokens of earlier grants that are neither spent nor lapsed; whole. */
  readonly unspent: number;
  /** Requests that it has let through without a token since its last ask; whole. */
  readonly debt: number;
}

export interface CapacityGrant {
  readonly cluster: string;
  /** The ask's. */
  readonly sequence: number;
  /** Further tokens, one for each request; whole. Beside those that the ask called unspent. */
  readonly tokens: number;
  /**
   * How long these and the unspent ones hold. Counted by the member, on its own clock, from when it
   * sent the ask: so they lapse there before the coordinator forgets them, however slow the network.
   */
  readonly forMs: number;
  /** What may pass without a token. */
  readonly allowance: CapacityAllowance;
  /** The least time between two asks. */
  readonly askInMs: number;
  /** Members that share the capacity now, the asker included. */
  readonly members: number;
}

/** A small token bucket of the member's own. What it lets through is reported as debt. */
export interface CapacityAllowance {
  /** Its size, at least 1. */
  readonly requests: number;
  /** In how long one request's worth flows in, above 0. */
  readonly everyMs: number;
}
