/**
 * `Via` (RFC 9110 §7.6.3): says that the request passed a gateway, and stops
 * one that goes round in circles. Gateways in a row are fine, so only a count
 * beyond any sensible chain is a loop.
 */
import type { MutableHeaders } from "../model/headers.ts";

const PSEUDONYM = "1.1 limen";
const MAX_PASSES = 8;

export const passedTooOften = (via: string | null): boolean =>
  via !== null && via.split(PSEUDONYM).length > MAX_PASSES;

export function addVia(headers: MutableHeaders): void {
  const before = headers.get("via");
  headers.set("via", before === null ? PSEUDONYM : `${before}, ${PSEUDONYM}`);
}
