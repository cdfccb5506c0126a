/** A gateway's admin API as far as `limen push` and `plan` need it, answering as a test says. */
export interface StubGateway extends AsyncDisposable {
  readonly url: string;
  /** Method and path of each request, and `If-Match` where there was one. */
  readonly seen: readonly string[];
}

/**
 * @param held the policy in force; `null`: none
 * @param put answers a push
 */
export function stubGateway(
  held: { readonly text: string; readonly revision: string } | null,
  put: (text: string) => Response | Promise<Response>,
): StubGateway {
  const seen: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const match = request.headers.get("if-match");
      const { pathname } = new URL(request.url);
      seen.push([request.method, pathname, ...(match === null ? [] : [match])].join(" "));
      if (pathname === "/_limen/healthz") return new Response("ok");
      if (request.method === "PUT") return await put(await request.text());
      return held === null
        ? problem(404, { code: "not_found" })
        : new Response(held.text, { headers: { etag: `"${held.revision}"` } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export const problem = (status: number, body: Readonly<Record<string, unknown>>): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
