/** One activation, as the register keeps it. */
import type { Finding } from "../../policy/finding.ts";
import { type Activation, activationOf, type ActivationSource } from "../history.ts";
import type { Stamp } from "../stamp.ts";
import type { DocumentRef } from "./documents.ts";

export interface Entry {
  /** Its place in the one order of all activations. */
  readonly sequence: number;
  /** Whose stamp it is in the history; `sequence` is its own. */
  readonly stamp: Stamp;
  readonly source: ActivationSource;
  readonly findings: readonly Finding[];
  /** `versionOf` what lies in Workers KV while this is active. */
  readonly version: string;
  /** `null`: only Workers KV has it, from before there was a register. */
  readonly document: DocumentRef | null;
  /** It lay in Workers KV before it was entered here: nobody has to put it there. */
  readonly found: boolean;
}

export const ENTRY_PREFIX = "entry/";

/** Keys sort as their numbers do. */
export const entryKey = (sequence: number): string =>
  ENTRY_PREFIX + String(sequence).padStart(15, "0");

export const activationIn = ({ stamp, source, findings }: Entry): Activation =>
  activationOf(stamp, source, findings);
