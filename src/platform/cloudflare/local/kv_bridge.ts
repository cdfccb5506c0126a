/**
 * A Worker for miniflare that speaks workerd's KV protocol over HTTP, so that
 * the native workerd can use the namespace that miniflare keeps on disk, in the
 * folder and form that wrangler knows.
 */
export const KV_BRIDGE = `export default {
  async fetch(request, { POLICIES }) {
    const { pathname, searchParams } = new URL(request.url);
    const key = decodeURIComponent(pathname.slice(1));
    if (request.method === "PUT") {
      const metadata = request.headers.get("cf-kv-metadata");
      await POLICIES.put(key, request.body, metadata ? { metadata: JSON.parse(metadata) } : {});
      return new Response(null, { status: 204 });
    }
    if (request.method === "DELETE") {
      await POLICIES.delete(key);
      return new Response(null, { status: 204 });
    }
    if (key === "") {
      const [prefix, cursor] = [searchParams.get("prefix"), searchParams.get("cursor")];
      return Response.json(await POLICIES.list({ prefix, cursor }));
    }
    const { value, metadata } = await POLICIES.getWithMetadata(key, "stream");
    if (value === null) return new Response("Not Found", { status: 404 });
    const headers = metadata === null ? {} : { "cf-kv-metadata": JSON.stringify(metadata) };
    return new Response(value, { headers });
  },
};`;
