/** Workers KV as the register needs it: where readers everywhere find what it has accepted. */
import type { Activation } from "../history.ts";
import type { StoreFailure, StoreRead } from "../port.ts";
import type { Stamp } from "../stamp.ts";

/** An activation that is entered there. */
export interface Listed {
  readonly activation: Activation;
  /** That the document has in the history. */
  readonly stamp: Stamp;
}

/** The history as it is there, newest first. */
export type Listing =
  | { readonly kind: "listed"; readonly listed: readonly Listed[] }
  | { readonly kind: "failed"; readonly failure: StoreFailure };

/** What is still needed of the history there; everything that is older goes. */
export interface Needed {
  readonly activations: readonly Activation[];
  /** Nothing from then on goes, in ISO 8601. */
  readonly since: string;
}

/** @param activations all that are kept, at least one */
export const neededFor = (activations: readonly Activation[]): Needed => ({
  activations,
  since: activations.map(({ at }) => at).reduce((a, b) => a < b ? a : b),
});

/** No operation rejects. */
export interface Outlet {
  /** The active policy, maybe from a cache. */
  read(): Promise<StoreRead>;
  list(): Promise<Listing>;
  /** Enters one activation. */
  putActivation(activation: Activation, stamp: Stamp): Promise<StoreFailure | null>;
  /** A document for the history: one for each revision. */
  putRevision(text: string, stamp: Stamp): Promise<StoreFailure | null>;
  putPolicy(text: string, stamp: Stamp): Promise<StoreFailure | null>;
  putLastGood(text: string, stamp: Stamp): Promise<StoreFailure | null>;
  sweep(needed: Needed): Promise<StoreFailure | null>;
}
