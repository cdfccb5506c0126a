/** The part of Cloudflare's API that wrangler uses for one KV namespace, on loopback. */

export const ACCOUNT = "account1";
export const NAMESPACE = "00000000000000000000000000000001";
export const TOKEN = "cloudflare-token";

export interface FakeCloudflare extends AsyncDisposable {
  /** For wrangler. */
  readonly env: Readonly<Record<string, string>>;
  readonly values: Map<string, { value: string; metadata: unknown }>;
  /** Keys in the order in which they were written. */
  readonly puts: readonly string[];
  /** Each is a wrangler of its own: `list PREFIX`, `get KEY` or `put KEY`. */
  readonly requests: readonly string[];
}

export function fakeCloudflare(): FakeCloudflare {
  const values = new Map<string, { value: string; metadata: unknown }>();
  const puts: string[] = [];
  const requests: string[] = [];
  const base = `/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handle);

  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      return failure(403, 10000, "Authentication error");
    }
    if (pathname === `${base}/keys`) {
      const prefix = searchParams.get("prefix") ?? "";
      requests.push(`list ${prefix}`.trim());
      const found = [...values].filter(([name]) => name.startsWith(prefix));
      return success(found.map(([name, { metadata }]) => ({ name, metadata })));
    }
    if (!pathname.startsWith(`${base}/values/`)) return failure(404, 7003, "No route");
    const key = decodeURIComponent(pathname.slice(`${base}/values/`.length));
    requests.push(`${request.method.toLowerCase()} ${key}`);
    if (request.method === "PUT") {
      values.set(key, await stored(request));
      puts.push(key);
      return success(null);
    }
    const found = values.get(key);
    return found ? new Response(found.value) : failure(404, 10009, "get: 'key not found'");
  }

  return {
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${server.addr.port}`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    values,
    puts,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** With metadata it comes as a form, without as it is. */
async function stored(request: Request): Promise<{ value: string; metadata: unknown }> {
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    return { value: await request.text(), metadata: undefined };
  }
  const form = await request.formData();
  const [value, metadata] = [form.get("value"), form.get("metadata")];
  return {
    value: value instanceof File ? await value.text() : String(value),
    metadata: JSON.parse(String(metadata)),
  };
}

const success = (result: unknown): Response =>
  Response.json({ success: true, errors: [], messages: [], result, result_info: { cursor: "" } });

const failure = (status: number, code: number, message: string): Response =>
  Response.json({ success: false, errors: [{ code, message }], messages: [], result: null }, {
    status,
  });

/** A wrangler.toml of this namespace, at the top level and in `[env.production]`. */
export const WRANGLER_TOML = `
name = "limen"
main = "worker.js"
compatibility_date = "2026-10-01"
[[kv_namespaces]]
binding = "POLICIES"
id = "${NAMESPACE}"
[env.production]
[[env.production.kv_namespaces]]
binding = "POLICIES"
id = "${NAMESPACE}"
[env.bare]
`;
