/** What the operator sets outside the policy: environment on Deno, vars and secrets on Workers. */
import { parseLocality } from "./locality/locality.ts";
import type { Labels, Locality } from "./plan/locality.ts";

export interface Settings {
  /** `null`: none configured, so the admin API stays closed. */
  readonly adminToken: string | null;
  /** Whose JWTs open the admin API too; `null`: nobody's. */
  readonly adminJwt: AdminJwt | null;
  /** How many activations the history keeps, `MIN_HISTORY` or more. */
  readonly historyKept: number;
  /** Path of Limen's own endpoints, such as `/_limen`. */
  readonly prefix: string;
  /** Milliseconds between looks at the store where it can't be watched. */
  readonly refreshMs: number;
  /** Where this gateway is. `null`: not said, so that the platform may know. */
  readonly locality: Locality | null;
  /** What `failoverPriority` compares with the endpoints' labels. */
  readonly labels: Labels;
}

/** What a JWT has to say of itself (RFC 7519 §4.1), and the keys that may sign it. */
export interface AdminJwt {
  /** An https URL, or one on this machine. */
  readonly jwksUri: string;
  readonly issuer: string;
  readonly audience: string;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly errors: readonly string[] };

/** @param get a variable's value by name; `undefined` and "" both mean "not set" */
export function readSettings(get: (name: string) => string | undefined): SettingsResult {
  const errors: string[] = [];
  const prefix = get("LIMEN_PREFIX") || "/_limen";
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(prefix) || /\/\.{1,2}(?:\/|$)/.test(prefix)) {
    errors.push(`LIMEN_PREFIX is "${prefix}": it must be a path such as /_limen.`);
  }
  const seconds = get("LIMEN_REFRESH") || "30";
  const refreshMs = Number(seconds) * 1000;
  if (!(refreshMs >= 100 && refreshMs <= 86_400_000)) {
    errors.push(`LIMEN_REFRESH is "${seconds}": it must be seconds from 0.1 to 86400.`);
  }
  const adminToken = get("LIMEN_ADMIN_TOKEN") || null;
  if (adminToken !== null && !/^[\x21-\x7e]+$/.test(adminToken)) {
    errors.push(
      "LIMEN_ADMIN_TOKEN must be visible ASCII without spaces: no header can carry others.",
    );
  }
  const kept = get("LIMEN_HISTORY") || "100";
  const historyKept = Number(kept);
  if (!(Number.isInteger(historyKept) && historyKept >= 100 && historyKept <= 10_000)) {
    errors.push(`LIMEN_HISTORY is "${kept}": it must be a number of activations, 100 to 10000.`);
  }
  const adminJwt = readAdminJwt(get, errors);
  const place = get("LIMEN_LOCALITY")?.trim() ?? "";
  const locality = place === "" ? null : parseLocality(place);
  if (place !== "" && locality === null) {
    errors.push(
      `LIMEN_LOCALITY is "${place}": it must be region, region/zone or region/zone/subzone.`,
    );
  }
  const written = get("LIMEN_LABELS")?.trim() ?? "";
  const labels = parseLabels(written);
  if (labels === null) {
    errors.push(
      `LIMEN_LABELS is "${written}": it must be labels such as network=n1,version=v2, each once.`,
    );
  }
  if (errors.length > 0 || labels === null) return { ok: false, errors };
  return {
    ok: true,
    settings: { adminToken, adminJwt, historyKept, prefix, refreshMs, locality, labels },
  };
}

/** All three, or none. */
function readAdminJwt(
  get: (name: string) => string | undefined,
  errors: string[],
): AdminJwt | null {
  const [jwksUri, issuer, audience] = [
    get("LIMEN_ADMIN_JWKS_URI") || "",
    get("LIMEN_ADMIN_ISSUER") || "",
    get("LIMEN_ADMIN_AUDIENCE") || "",
  ];
  if (jwksUri + issuer + audience === "") return null;
  if (jwksUri === "" || issuer === "" || audience === "") {
    errors.push("LIMEN_ADMIN_JWKS_URI, LIMEN_ADMIN_ISSUER and LIMEN_ADMIN_AUDIENCE go together.");
    return null;
  }
  if (
    !/^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(jwksUri) ||
    !URL.canParse(jwksUri)
  ) {
    errors.push(`LIMEN_ADMIN_JWKS_URI is "${jwksUri}": it must be an https URL.`);
    return null;
  }
  return { jwksUri, issuer, audience };
}

/** `k=v,k2=v2`; a value may be empty, and hold further `=`. @returns `null` if it is not that */
function parseLabels(text: string): Labels | null {
  const labels = new Map<string, string>();
  for (const item of text === "" ? [] : text.split(",")) {
    const [, name, value] = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    if (name === undefined || value === undefined || labels.has(name)) return null;
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}
