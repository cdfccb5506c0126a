/** What the operator sets outside the policy: environment on Deno, vars and secrets on Workers. */

export interface Settings {
  /** `null`: none configured, so the admin API stays closed. */
  readonly adminToken: string | null;
  /** Path of Limen's own endpoints, such as `/_limen`. */
  readonly prefix: string;
  /** Milliseconds between looks at the store where it can't be watched. */
  readonly refreshMs: number;
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
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, settings: { adminToken, prefix, refreshMs } };
}
