/** Where a caller or an endpoint is: region, zone, subzone, and rules that match such places. */
import type { Locality } from "../plan/locality.ts";

/** The place of whatever says nothing of its place. */
export const NOWHERE: Locality = { region: "", zone: "", subzone: "" };

/**
 * Reads `region`, `region/zone` or `region/zone/subzone`, as in `LIMEN_LOCALITY`. Space around a
 * part is dropped. The empty text is `NOWHERE`.
 *
 * @returns `null` for more than three parts, for an empty part (`a//b`, `/b`, `a/`) and for `*`,
 *   which stands in rules only
 */
export function parseLocality(text: string): Locality | null {
  if (text.trim() === "") return NOWHERE;
  const parts = text.split("/").map((part) => part.trim());
  if (parts.length > 3 || parts.some((part) => part === "" || part.includes("*"))) return null;
  const [region = "", zone = "", subzone = ""] = parts;
  return { region, zone, subzone };
}

/** A rule such as `us-east/*`: a part is a literal, or `null` for any. */
export interface LocalityRule {
  readonly region: string | null;
  readonly zone: string | null;
  readonly subzone: string | null;
}

/**
 * Reads a rule. `*` matches any value of its part, the unknown one too, and so does a zone or a
 * subzone that is absent: `us-east` and `us-east/*` are one rule (Istio `LocalityMatch`). Parts
 * after the third are ignored, as Istio does.
 */
export function parseLocalityRule(text: string): LocalityRule {
  const [region = "", zone = "", subzone = ""] = text.split("/");
  const inner = (part: string): string | null => part === "" || part === "*" ? null : part;
  return { region: region === "*" ? null : region, zone: inner(zone), subzone: inner(subzone) };
}

export const matchesLocality = (rule: LocalityRule, place: Locality): boolean =>
  (rule.region === null || rule.region === place.region) &&
  (rule.zone === null || rule.zone === place.zone) &&
  (rule.subzone === null || rule.subzone === place.subzone);
