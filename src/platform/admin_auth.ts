/** Who may use this deployment's admin API, as its settings say. */
import { type AdminAuth, adminAuth } from "../../routes/admin_auth.ts";
import { KeySet } from "../guard/key_set.ts";
import type { Settings } from "../settings.ts";
import { jsonFetcher } from "./fetch_json.ts";
import type { Log } from "./log.ts";

/** Somebody waits for an answer meanwhile. */
const KEYS_TIMEOUT_MS = 5_000;

/** @param now milliseconds since the epoch */
export function adminAuthOf(
  { adminToken, adminJwt }: Pick<Settings, "adminToken" | "adminJwt">,
  now: () => number,
  log: Log,
): AdminAuth {
  const jwt = adminJwt === null ? null : {
    rules: adminJwt,
    keys: new KeySet({
      url: adminJwt.jwksUri,
      fetchJson: jsonFetcher(KEYS_TIMEOUT_MS),
      now,
      log,
    }),
  };
  return adminAuth({ token: adminToken, jwt, now });
}
