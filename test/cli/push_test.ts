import assert from "node:assert/strict";
import { ADMIN_TOKEN, ROOT, RUNTIMES, startGateway } from "../e2e/support/gateway.ts";
import { openDenoPolicyStore } from "../../src/platform/deno/policy_store.ts";
import { revisionOfText } from "../../src/platform/reader.ts";
import { policySaying, type Ran, runCommand, temporaryFolder } from "./support/command.ts";
import { fakeCloudflare, WRANGLER_TOML } from "./support/cloudflare_api.ts";
import { stubGateway } from "./support/stub_gateway.ts";

/** `limen push`, of a text on standard input. */
const push = (
  text: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN },
): Promise<Ran> => runCommand("main", ["push", "-", ...args], { stdin: text, env });

/** The last line: what a script reads. */
const revisionIn = ({ stdout }: Ran): string | undefined => stdout.trimEnd().split("\n").at(-1);

function assertPushed(ran: Ran): string {
  assert.equal(ran.code, 0, ran.stderr);
  const revision = revisionIn(ran) ?? "";
  assert.match(revision, /^[0-9a-f]{12}$/);
  assert.match(ran.stderr, new RegExp(`read back: ${revision} is stored`));
  return revision;
}

/** Looks again until the gateway says `body`: within a refresh, that is. */
async function says(url: string, body: string): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    const response = await fetch(url);
    const text = await response.text();
    if (text === body) return;
    assert.ok(Date.now() < until, `it still says ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

for (const runtime of RUNTIMES) {
  Deno.test(`limen push to a gateway on ${runtime}`, async (t) => {
    const gateway = await startGateway(runtime);
    const to = ["--to", gateway.url];
    const say = async (): Promise<string> => await (await fetch(gateway.url)).text();
    try {
      await t.step("the first policy", async () => {
        const ran = await push(policySaying("one"), to);
        const revision = assertPushed(ran);
        assert.ok(ran.stderr.includes(`to the gateway at ${gateway.url}\n`), ran.stderr);
        assert.ok(ran.stderr.includes(`no policy -> ${revision} (1 route, 0 clusters)`));
        assert.equal(await say(), "one");
      });
      await t.step("--if-revision: the right one, and the wrong one", async () => {
        const one = await revisionOfText(policySaying("one"));
        const two = assertPushed(await push(policySaying("two"), [...to, "--if-revision", one]));
        assert.equal(await say(), "two");
        const lost = await push(policySaying("three"), [...to, "--if-revision", one]);
        assert.equal(lost.code, 3);
        assert.match(
          lost.stderr,
          /not pushed: the store holds [0-9a-f]{12}, not [0-9a-f]{12}: see `limen diff [0-9a-f]{12} active /,
        );
        assert.ok(lost.stderr.includes(two), lost.stderr);
        assert.equal(lost.stdout, "");
        assert.equal(await say(), "two");
      });
      await t.step("--json", async () => {
        const ran = await push(policySaying("four"), [...to, "--json"]);
        assert.deepEqual(JSON.parse(ran.stdout), {
          revision: await revisionOfText(policySaying("four")),
          previous: await revisionOfText(policySaying("two")),
          findings: [],
        });
      });
      await t.step("an invalid policy is not sent", async () => {
        const ran = await push('{ "clusters": {}, "routes": [], "x": 1 }', to);
        assert.equal(ran.code, 1);
        assert.match(ran.stdout, /^-:1:\d+ LIM010 x: /);
        assert.match(ran.stderr, /not a valid policy \(1 error\)\nWhat LIM010 means .*#lim010\n$/);
        assert.equal(await say(), "four");
      });
      await t.step("the same policy again", async () => {
        const ran = await push(policySaying("four"), to);
        assertPushed(ran);
        assert.match(ran.stderr, /: the same policy\n/);
      });
      await t.step("a wrong token, and none", async () => {
        const wrong = await push(policySaying("x"), to, { LIMEN_ADMIN_TOKEN: "wrong" });
        assert.deepEqual([wrong.code, wrong.stdout], [3, ""]);
        assert.match(
          wrong.stderr,
          /refuses this token: LIMEN_ADMIN_TOKEN here is not the gateway's/,
        );
        const none = await push(policySaying("x"), to, {});
        assert.equal(none.code, 3);
        assert.match(none.stderr, /wants its admin token: set LIMEN_ADMIN_TOKEN/);
        assert.equal(await say(), "four");
      });
      await t.step("another prefix than the gateway's", async () => {
        const env = { LIMEN_ADMIN_TOKEN: ADMIN_TOKEN, LIMEN_PREFIX: "/other" };
        const ran = await push(policySaying("x"), to, env);
        assert.equal(ran.code, 3);
        assert.match(ran.stderr, /is no Limen admin API .*check the URL, and LIMEN_PREFIX/);
      });
    } finally {
      await gateway.stop();
    }
  });
}

Deno.test("limen push: a gateway's own prefix, and who and why in any language", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/kv.sqlite3`;
  const env = { LIMEN_PREFIX: "/gate", LIMEN_ADMIN_TOKEN: ADMIN_TOKEN };
  const gateway = await startGateway("deno", { env, kv });
  const args = ["--to", `${gateway.url}/`, "--by", "Zoë", "--message", "größer\nund 速い"];
  assertPushed(await push(policySaying("one"), args, env));
  await gateway.stop();
  const { by, message } = await stampIn(kv);
  assert.deepEqual({ by, message }, { by: "Zoë", message: "größer und 速い" });
});

Deno.test("limen push: a gateway without a token takes no pushes", async () => {
  const gateway = await startGateway("deno", { env: { LIMEN_ADMIN_TOKEN: "" } });
  try {
    const ran = await push(policySaying("x"), ["--to", gateway.url]);
    assert.equal(ran.code, 3);
    assert.match(ran.stderr, /does not allow this: The admin API is closed: set LIMEN_ADMIN_TOKEN/);
  } finally {
    await gateway.stop();
  }
});

Deno.test("limen push: what changes is shown first; a dry run goes no further", async (t) => {
  const [one, two] = [policySaying("one"), `// two\n${policySaying("two")}`];
  const held = { text: one, revision: await revisionOfText(one) };
  const revision = await revisionOfText(two);
  const accepted = (): Response => new Response(JSON.stringify({ revision, findings: [] }));
  const shown = new RegExp(
    `${held.revision} \\(1 route, 0 clusters\\) -> ${revision} .*\n` +
      "  ~ route say: respond.body one -> two\n\n--- ",
  );

  await t.step("a push", async () => {
    await using gateway = stubGateway(held, accepted);
    const ran = await push(two, ["--to", gateway.url]);
    assert.deepEqual([ran.code, ran.stdout], [0, `${revision}\n`]);
    assert.match(ran.stderr, shown);
    assert.deepEqual(gateway.seen.slice(0, 2), ["GET /_limen/policy", "PUT /_limen/policy"]);
  });
  await t.step("a dry run", async () => {
    await using gateway = stubGateway(held, accepted);
    const ran = await push(two, ["--to", gateway.url, "--dry-run"]);
    assert.deepEqual([ran.code, ran.stdout], [0, ""]);
    assert.match(ran.stderr, shown);
    assert.match(
      ran.stderr,
      new RegExp(`nothing is stored. A push would put ${revision} in force`),
    );
    assert.deepEqual(gateway.seen, ["GET /_limen/policy"]);
  });
  await t.step("a dry run --json", async () => {
    await using gateway = stubGateway(held, accepted);
    const ran = await push(two, ["--to", gateway.url, "--dry-run", "--json"]);
    const { diff, ...rest } = JSON.parse(ran.stdout);
    assert.deepEqual(rest, { dryRun: true, revision, previous: held.revision, findings: [] });
    assert.equal(diff.changes.length, 1);
  });
  await t.step("a dry run of what would be refused", async () => {
    await using gateway = stubGateway(held, accepted);
    const ran = await push(two, ["--to", gateway.url, "--dry-run", "--if-revision", revision]);
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    assert.match(
      ran.stderr,
      new RegExp(`a push would be refused: .*${held.revision}, not ${revision}`),
    );
  });
  await t.step("in place of a text that is no policy, the texts are compared", async () => {
    await using gateway = stubGateway({ text: "no JSON\n", revision: "0123456789ab" }, accepted);
    const ran = await push(two, ["--to", gateway.url, "--dry-run"]);
    assert.equal(ran.code, 0);
    assert.match(
      ran.stderr,
      /! 0123456789ab is not valid by this Limen's rules: .*\n(.*\n)+-no JSON\n/,
    );
  });
});

Deno.test("limen push: stored, but not everywhere yet", async () => {
  const text = policySaying("one");
  const revision = await revisionOfText(text);
  const pending = "KV PUT failed: 429 Too Many Requests";
  await using gateway = stubGateway(
    null,
    () => new Response(JSON.stringify({ revision, findings: [], pending })),
  );
  const ran = await push(text, ["--to", gateway.url, "--json"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(JSON.parse(ran.stdout), { revision, previous: null, findings: [], pending });
  assert.match(
    ran.stderr,
    /gateways elsewhere don't see it yet, and it is tried again: KV PUT failed/,
  );
});

/** What is at the other end is no gateway. */
const strangers: readonly { name: string; answer: () => Response; stderr: RegExp }[] = [
  {
    name: "another server",
    answer: () => new Response("<h1>Not found</h1>", { status: 404 }),
    stderr: /is no Limen admin API \(it answered 404\)/,
  },
  {
    name: "a server that answers everything",
    answer: () => new Response("ok"),
    stderr: /is no Limen admin API \(it answered 200\)/,
  },
  {
    name: "a redirect",
    answer: () => new Response(null, { status: 308, headers: { location: "https://b.example/" } }),
    stderr: /redirects to https:\/\/b\.example\//,
  },
];

for (const { name, answer, stderr } of strangers) {
  Deno.test(`limen push: ${name} instead of a gateway`, async () => {
    const seen: string[] = [];
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      seen.push(`${request.method} ${new URL(request.url).pathname}`);
      return answer();
    });
    try {
      const ran = await push(policySaying("x"), ["--to", `http://127.0.0.1:${server.addr.port}`]);
      assert.equal(ran.code, 3);
      assert.match(ran.stderr, stderr);
      assert.deepEqual(seen, ["GET /_limen/policy"]);
    } finally {
      await server.shutdown();
    }
  });
}

Deno.test("limen push: nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const ran = await push(policySaying("x"), ["--to", `http://127.0.0.1:${port}`]);
  assert.equal(ran.code, 3);
  assert.match(ran.stderr, /can't reach the gateway at http:.*: nothing listens there/);
});

const usage = [
  { args: [], stderr: /required option '--to <target>' not specified/ },
  { args: ["--to", "cloudfare"], stderr: /did you mean "cloudflare"\?/ },
  { args: ["--to", "deno", "--if-revision", "HEAD"], stderr: /A revision is 12 hex digits/ },
  { args: ["--to", "deno", "--local"], stderr: /--local goes with cloudflare only/ },
  { args: ["--to", "deno", "--persist-to", "x"], stderr: /--persist-to goes with cloudflare only/ },
  { args: ["--to", "cloudflare", "--persist-to", "x"], stderr: /--persist-to goes with --local/ },
  { args: ["--to", "cloudflare:prod"], stderr: /no environment "prod": it has production/ },
  {
    args: ["--to", "cloudflare", "--config", "nope.toml"],
    stderr: /nope\.toml: there is no such file/,
  },
];

for (const { args, stderr } of usage) {
  Deno.test(`limen push ${args.join(" ")}: wrong usage`, async () => {
    const ran = await push(policySaying("x"), args);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
    assert.match(ran.stderr, stderr);
  });
}

Deno.test("limen push: no such file", async () => {
  const ran = await runCommand("main", ["push", "nope.json", "--to", "deno:x"]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /can't read nope\.json: there is no such file/);
});

Deno.test("limen push to a Deno KV file: a gateway on it follows", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/kv.sqlite3`;
  const to = ["--to", `deno:${kv}`];
  const one = assertPushed(await push(policySaying("one"), to));
  const gateway = await startGateway("deno", { kv });
  try {
    await says(gateway.url, "one");
    const ran = await push(policySaying("two"), [...to, "--if-revision", one, "--by", "me"]);
    assertPushed(ran);
    assert.ok(ran.stderr.includes(`to the Deno KV ${kv}\n`), ran.stderr);
    await says(gateway.url, "two");
    const lost = await push(policySaying("three"), [...to, "--if-revision", one]);
    assert.equal(lost.code, 3);
    assert.match(lost.stderr, /not pushed: the store holds .*, not .*: see `limen diff /);
  } finally {
    await gateway.stop();
  }
  assert.equal((await stampIn(kv)).by, "me");
});

Deno.test("limen push to a Deno KV that can't be opened", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/text`, "This is no database, but longer than nothing.");
  for (const path of [`${folder.path}/text`, `${folder.path}/text/kv.sqlite3`]) {
    const ran = await push(policySaying("x"), ["--to", `deno:${path}`]);
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    assert.match(ran.stderr, /limen: can't read the Deno KV /);
  }
});

Deno.test("limen push to wrangler's local store: a gateway on it follows", async (t) => {
  await using folder = await temporaryFolder();
  const local = ["--to", "cloudflare", "--local", "--persist-to", folder.path];
  const one = assertPushed(await push(policySaying("one"), local));
  const gateway = await startGateway("cloudflare", { kv: folder.path });
  try {
    await says(gateway.url, "one");
    await t.step("limen push", async () => {
      const ran = await push(policySaying("two"), [...local, "--if-revision", one]);
      assertPushed(ran);
      assert.ok(ran.stderr.includes(`to wrangler's local KV namespace POLICIES in ${folder.path}`));
      await says(gateway.url, "two");
    });
    await t.step("--if-revision that lost", async () => {
      const lost = await push(policySaying("three"), [...local, "--if-revision", one]);
      assert.deepEqual([lost.code, lost.stdout], [3, ""]);
      assert.match(lost.stderr, /not pushed: the store holds .*, not .*: see `limen diff /);
    });
    await t.step("a plain wrangler kv key put", async () => {
      const file = `${folder.path}/policy.json`;
      await Deno.writeTextFile(file, `// by hand\n${policySaying("three")}`);
      await wranglerPut(["--path", file, "--local", "--persist-to", folder.path]);
      await says(gateway.url, "three");
    });
  } finally {
    await gateway.stop();
  }
});

async function wranglerPut(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "npm:wrangler", "kv", "key", "put"],
      ...["policy", "--binding", "POLICIES", ...args],
    ],
    cwd: ROOT,
    env: { WRANGLER_SEND_METRICS: "false" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("limen push to Cloudflare", async (t) => {
  await using api = fakeCloudflare();
  await using folder = await temporaryFolder();
  const config = `${folder.path}/wrangler.toml`;
  await Deno.writeTextFile(config, WRANGLER_TOML);
  const to = ["--to", "cloudflare:production", "--config", config];

  await t.step("stores text, stamp, history and last good", async () => {
    const text = `// kept\n${policySaying("größer")}`;
    const ran = await push(text, [...to, "--by", "me", "--message", "why not"], api.env);
    const revision = assertPushed(ran);
    assert.match(ran.stderr, /Cloudflare's KV namespace POLICIES of the Worker limen-production/);
    // Each is a wrangler of its own, and takes its second.
    const asked = api.requests.map((request) => request.replace(/^put .*/, "put"));
    assert.deepEqual(asked.sort(), ["get policy", "list", "list", "put", "put", "put", "put"]);
    const [history, activation, policy, lastGood] = api.puts;
    assert.deepEqual([history, policy], [`history/${revision}`, "policy"]);
    assert.match(activation ?? "", new RegExp(`^activations/.*/${revision}$`));
    assert.match(lastGood ?? "", /^last-good\/[0-9a-f]+$/);
    for (const key of [history, policy, lastGood]) {
      const { value, metadata } = api.values.get(key!)!;
      assert.equal(value, text);
      const { revision: stamped, by, message } = metadata as Record<string, string>;
      assert.deepEqual([stamped, by, message], [revision, "me", "why not"]);
    }
  });
  await t.step("--if-revision that lost stores nothing", async () => {
    const before = api.puts.length;
    const lost = await push(policySaying("x"), [...to, "--if-revision", "000000000000"], api.env);
    assert.deepEqual([lost.code, lost.stdout, api.puts.length], [3, "", before]);
    assert.match(lost.stderr, /not pushed: the store holds .*, not .*: see `limen diff /);
  });
  await t.step("a wrong token", async () => {
    const env = { ...api.env, CLOUDFLARE_API_TOKEN: "wrong" };
    const ran = await push(policySaying("x"), to, env);
    assert.deepEqual([ran.code, ran.stdout], [3, ""]);
    assert.match(ran.stderr, /can't read Cloudflare's KV .*wrangler: .*Authentication error/);
  });
  await t.step("a binding that the Worker lacks", async () => {
    const before = api.puts.length;
    const text = JSON.stringify({
      clusters: {
        dc: { location: "private", endpoints: ["http://dc.internal"], via: { binding: "DC" } },
      },
      routes: [{ name: "all", to: "dc" }],
    });
    const ran = await push(text, to, api.env);
    assert.deepEqual([ran.code, api.puts.length], [1, before]);
    assert.match(ran.stdout, /LIM050 clusters\.dc\.via\.binding: .*named DC/);
  });
  await t.step("an environment without the namespace", async () => {
    const bare = ["--to", "cloudflare:bare", "--config", config];
    const ran = await push(policySaying("x"), bare, api.env);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /it has no KV namespace with the binding POLICIES/);
  });
});

async function stampIn(kv: string): Promise<{ by?: string; message?: string }> {
  const context = { revisionOf: revisionOfText, now: (): number => 0 };
  const store = openDenoPolicyStore({ ...context, path: kv });
  const read = await store.read(null);
  await store.close();
  return read.kind === "document" ? read.document.stamp ?? {} : {};
}
