/** What the operator sets outside the policy: environment on Deno, vars and secrets on Workers. */
import { parseLocality } from "./locality/locality.ts";
import type { Labels, Locality } from "./plan/locality.ts";

export interface Settings {
  /** `null`: none configured, so the admin API stays closed. */
  readonly adminToken: string | null;
  /** Path of Limen's own endpoints, such as `/_limen`. */
  readonly prefix: string;
  /** Milliseconds between looks at the store where it can't be watched. */
  readonly refreshMs: number;
  /** Where this gateway is. `null`: not said, so that the platform may know. */
  readonly locality: Locality | null;
  /** What `failoverPriority` compares with the endpoints' labels. */
  readonly labels: Labels;
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
  return { ok: true, settings: { adminToken, prefix, refreshMs, locality, labels } };
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
