/** Tells documents in Workers KV apart. */
import { digest } from "../packed.ts";
import type { StoredDocument } from "../port.ts";
import { versionOf } from "../version.ts";

/** A document without its text. */
export interface Identity {
  /** See `versionOf`. */
  readonly version: string;
  /** Of the text. */
  readonly sha256: string;
}

export const identityOf = async ({ text, stamp }: StoredDocument): Promise<Identity> => ({
  version: versionOf(stamp),
  sha256: await digest(text),
});

export const isSameIdentity = (a: Identity, b: Identity): boolean =>
  a.version === b.version && a.sha256 === b.sha256;
