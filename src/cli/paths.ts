/** Where this checkout keeps things. */

/** The folder with deno.json and wrangler.toml. */
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The Deno KV of `start`, and of `push --to deno`. */
export const DENO_KV = `${ROOT}/.limen/deno.sqlite3`;

/** wrangler's persistence folder of `start --runtime cloudflare`, and of `push --to cloudflare --local`. */
export const WORKERS_KV = `${ROOT}/.limen/workers`;
