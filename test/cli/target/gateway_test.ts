import assert from "node:assert/strict";
import { CommandError } from "../../../src/cli/exit_codes.ts";
import { openGateway } from "../../../src/cli/target/gateway.ts";
import type { Target } from "../../../src/cli/target/target.ts";

const REVISION = "0123456789ab";

/** A server that answers all that it is asked, and the target that it is. */
async function against<T>(
  answer: (request: Request) => Response,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const quiet = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(quiet, answer);
  return await work(openGateway(new URL(`http://127.0.0.1:${server.addr.port}`)));
}

Deno.test("a gateway's documents come byte for byte, byte order mark and all", async () => {
  const text = "\ufeff{\r\n}";
  await against(
    () => new Response(text, { headers: { etag: `"${REVISION}"` } }),
    async (target) => {
      assert.deepEqual(await target.active(), { revision: REVISION, text });
      assert.equal(await target.document(REVISION), text);
    },
  );
});

const asks: readonly [name: string, ask: (target: Target) => Promise<unknown>][] = [
  ["active", (target) => target.active()],
  ["document", (target) => target.document(REVISION)],
  ["history", (target) => target.history()],
  ["push", (target) => target.push("{}", {})],
  ["rollback", (target) => target.rollback(REVISION, {})],
  ["ask", (target) => target.admin!.ask("GET", "status", "status")],
  ["ask to drain", (target) => target.admin!.ask("POST", "clusters/dc/drain", "cluster")],
  ["ask for clusters", (target) => target.admin!.ask("GET", "clusters", "clusters")],
  ["ask to explain", (target) => target.admin!.ask("POST", "explain", "explanation", { body: {} })],
];
for (const [name, ask] of asks) {
  const refused = (answer: () => Response, message: RegExp): Promise<void> =>
    against(answer, (target) =>
      assert.rejects(ask(target), (error) => {
        assert.ok(error instanceof CommandError, String(error));
        assert.equal(error.exitCode, 3);
        assert.match(error.message, message);
        return true;
      }));

  Deno.test(`${name}: what is no Limen is said`, () =>
    refused(() => new Response("<html>"), /is no Limen admin API \(it answered 200\)/));

  const others = [null, 1, "ok", [], { ok: true }, { clusters: {}, revisions: [1], members: {} }];
  Deno.test(`${name}: JSON of another shape is no Limen's`, async () => {
    for (const other of others) {
      await refused(() => Response.json(other), /is no Limen admin API \(it answered 200\)/);
    }
  });

  Deno.test(`${name}: an answer that can't be read to its end is said`, () => {
    const headers = { etag: `"${REVISION}"`, "content-encoding": "gzip" };
    return refused(() => new Response("{", { headers }), /^can't reach the gateway at http/);
  });

  // What is refused is an answer of these two.
  if (name === "push" || name === "rollback") continue;

  Deno.test(`${name}: a problem of another shape is no Limen's`, async () => {
    const headers = { "content-type": "application/problem+json" };
    for (const other of [null, [], { code: 1 }, { code: "x", findings: [1] }]) {
      const answer = (): Response => Response.json(other, { status: 409, headers });
      await refused(answer, /is no Limen admin API \(it answered 409\)/);
    }
  });
}

Deno.test("who and why go along, in any script and without what would end a header", async () => {
  const said = { by: "Zoë ☃", message: "one\ntwo" };
  const seen: (string | null)[] = [];
  const inUtf8 = (value: string | null): string | null =>
    value && new TextDecoder().decode(Uint8Array.from(value, (char) => char.charCodeAt(0)));
  await against(({ headers }) => {
    seen.push(...["x-limen-by", "x-limen-message"].map((name) => inUtf8(headers.get(name))));
    return Response.json({ revision: REVISION, findings: [] });
  }, async (target) => {
    await target.push("{}", said);
    await target.admin!.ask("POST", "clusters/dc/drain", "accepted", said);
    await target.admin!.ask("POST", "clusters/dc/drain", "accepted");
  });
  assert.deepEqual(seen, ["Zoë ☃", "one two", "Zoë ☃", "one two", null, null]);
});

const places: readonly [url: string, isLocal: boolean][] = [
  ["http://127.0.0.1:8787", true],
  ["http://127.1.2.3", true],
  ["http://localhost", true],
  ["http://[::1]:8787", true],
  ["http://127.example.com", false],
  ["http://10.0.0.1", false],
  ["http://localhost.example.com", false],
];
for (const [url, isLocal] of places) {
  Deno.test(`${url} is ${isLocal ? "on this machine" : "elsewhere"}`, () => {
    assert.equal(openGateway(new URL(url)).isLocal, isLocal);
  });
}
