/** The history of a store: each time that a policy came into force. */
import { rules } from "../policy/codes.ts";
import type { Finding } from "../policy/finding.ts";
import type { Stamp } from "./stamp.ts";

/** How a document came into force: by a push, by a rollback, or by a put that no Limen made. */
export type ActivationSource = "push" | "rollback" | "put";

/** One entry of the history. A revision that was active twice has two. */
export interface Activation {
  readonly revision: string;
  /** When, in ISO 8601. */
  readonly at: string;
  /** Who; `null`: not said. */
  readonly by: string | null;
  /** Why; `null`: not said. */
  readonly message: string | null;
  readonly source: ActivationSource;
  /** The warnings that the document had then. */
  readonly findings: readonly Finding[];
}

/** The contract: the last 100 activations are kept, at least. */
export const MIN_HISTORY = 100;

/** Bytes of findings, as JSON: an entry of Deno KV ends at 64 KiB. */
const MAX_FINDINGS_BYTES = 32 * 1024;

/** Bytes of all findings of a history together, which is held in memory and answered whole. */
export const HISTORY_FINDINGS_BYTES = 8 * 1024 * 1024;

export const activationOf = (
  { revision, at, by, message }: Stamp,
  source: ActivationSource,
  findings: readonly Finding[],
): Activation => ({
  revision,
  at,
  by: by ?? null,
  message: message ?? null,
  source,
  findings: fitFindings(findings, MAX_FINDINGS_BYTES),
});

/** As many of the first findings as fit, and one more that counts the others. */
export function fitFindings(findings: readonly Finding[], maxBytes: number): readonly Finding[] {
  let left = maxBytes;
  const kept = findings.findIndex((finding) => {
    left -= bytesOf(finding);
    return left < 0;
  });
  if (kept === -1) return findings;
  const { code, severity } = rules.leftOut;
  const message = `${findings.length - kept} more findings are not kept`;
  return [
    ...findings.slice(0, kept),
    { code, severity, path: "$", line: 1, column: 1, message },
  ];
}

/** @returns a function that cuts the findings of a history's activations, given newest first */
export function historyFindings(): (activation: Activation) => Activation {
  let left = HISTORY_FINDINGS_BYTES;
  return (activation) => {
    const findings = fitFindings(activation.findings, left);
    left -= findings.reduce((sum, finding) => sum + bytesOf(finding), 0);
    return { ...activation, findings };
  };
}

const bytesOf = (finding: Finding): number =>
  new TextEncoder().encode(JSON.stringify(finding)).length;

/** Reads an activation from what a store holds. @returns `null` when it is none */
export function parseActivation(value: unknown): Activation | null {
  if (typeof value !== "object" || value === null) return null;
  const { revision, at, by, message, source, findings } = value as Record<string, unknown>;
  if (typeof revision !== "string" || typeof at !== "string") return null;
  if (source !== "push" && source !== "rollback" && source !== "put") return null;
  return {
    revision,
    at,
    by: typeof by === "string" ? by : null,
    message: typeof message === "string" ? message : null,
    source,
    findings: Array.isArray(findings) ? findings as Finding[] : [],
  };
}
