/**
 * A gateway is killed while it is being pushed to: what was answered 200 stays in the history, and
 * the policy in force is one of those pushed, whole.
 */
import assert from "node:assert/strict";
import {
  ADMIN_TOKEN,
  type RunningGateway,
  type Runtime,
  RUNTIMES,
  startGateway,
} from "../e2e/support/gateway.ts";
import { descendants } from "../e2e/support/processes.ts";
import { until } from "../e2e/support/until.ts";
import { seededRandom } from "../support/random.ts";
import { pause } from "./support/load.ts";

const SEED = 20_261_122;

const ROUNDS: Readonly<Record<Runtime, number>> = { deno: 4, cloudflare: 3 };
const PUSHERS = 4;

const BODY_BYTES = 1024 * 1024;

/** The kill comes when at the most so many of the round's pushes were answered, */
const MOST_ANSWERED = 4;

/** and so many milliseconds more have passed: some part of the time that a push takes. */
const MOST_AFTER_MS = 60;

/** What gzip can't shorten by more than a quarter: a push takes more than one commit. */
function policyOf(name: string, random: () => number): string {
  const bytes = Uint8Array.from({ length: BODY_BYTES * 3 / 4 }, () => random() * 256);
  const body = `${name} ${bytes.toBase64()}`;
  return JSON.stringify({
    clusters: {},
    routes: [
      { name: "name", match: { path: "/name" }, respond: { status: 200, body: name } },
      { name: "ballast", respond: { status: 200, body } },
    ],
  });
}

interface Push {
  readonly name: string;
  readonly text: string;
  /** `null`: the gateway died first. */
  status: number | null;
}

const admin = (gateway: RunningGateway, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.url}/_limen/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...init.headers },
  });

async function put(gateway: RunningGateway, push: Push): Promise<void> {
  try {
    const init = { method: "PUT", headers: { "x-limen-message": push.name }, body: push.text };
    const response = await admin(gateway, "policy", init);
    push.status = response.status;
    await response.body?.cancel();
  } catch {
    // Killed: whether it was stored is for the restart to tell.
  }
}

/** All that belongs to the gateway, at once, none being asked. */
async function kill(gateway: RunningGateway): Promise<void> {
  const below = descendants(gateway.pid);
  const ended = gateway.stop("SIGKILL");
  for (const pid of below) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended with the one above it.
    }
  }
  await ended;
}

interface Activation {
  readonly revision: string;
  readonly message: string | null;
}

async function assertWhole(gateway: RunningGateway, pushes: readonly Push[]): Promise<void> {
  const textOf = new Map(pushes.map(({ name, text }) => [name, text]));
  const answer = await admin(gateway, "history");
  const { revisions } = JSON.parse(await answer.text()) as { revisions: Activation[] };
  // What had been accepted and was on its way to the readers gets there; nobody pushes any more.
  await until("the history's first entry is in force", async () => {
    const active = await admin(gateway, "policy");
    const text = await active.text();
    const served = await (await fetch(`${gateway.url}/name`)).text();
    assert.ok(textOf.has(served), `${served.slice(0, 80)} is served`);
    assert.ok([...textOf.values()].includes(text), `${text.slice(0, 80)} is stored`);
    return active.headers.get("etag") === `"${revisions[0]?.revision}"`;
  });
  const told = revisions.map(({ message }) => message!);
  const accepted = pushes.filter(({ status }) => status === 200).map(({ name }) => name);
  assert.deepEqual(accepted.filter((name) => !told.includes(name)), [], "lost");
  assert.equal(new Set(told).size, told.length, "an activation stands twice in the history");
  assert.deepEqual(told.filter((name) => !textOf.has(name)), [], "made up");
  // The last ones are those that the kill was among.
  for (const { revision, message } of revisions.slice(0, PUSHERS)) {
    const document = await admin(gateway, `history/${revision}`);
    assert.ok(await document.text() === textOf.get(message!), `${message} is not whole`);
  }
}

for (const runtime of RUNTIMES) {
  Deno.test(`chaos: killed in the middle of a push on ${runtime}`, async (t) => {
    // The second one's use depends on how far each push got.
    const [random, ballast] = [seededRandom(SEED), seededRandom(SEED + 1)];
    const folder = await Deno.makeTempDir({ prefix: "limen-chaos-" });
    // What a killed process could not tidy up goes with the folder.
    const options = { kv: `${folder}/kv`, env: { TMPDIR: folder } };
    let gateway = await startGateway(runtime, options);
    try {
      const first: Push = { name: "first", text: policyOf("first", ballast), status: null };
      await put(gateway, first);
      assert.equal(first.status, 200);
      const pushes = [first];
      for (let round = 1; round <= ROUNDS[runtime]; round++) {
        const answered = Math.floor(random() * (MOST_ANSWERED + 1));
        const afterMs = Math.round(random() * MOST_AFTER_MS);
        await t.step(`round ${round}: ${afterMs} ms after answer ${answered}`, async () => {
          const before = pushes.length;
          let isOver = false;
          const pushing = Array.from({ length: PUSHERS }, async (_, pusher) => {
            for (let i = 0; !isOver; i++) {
              const name = `${round}.${pusher}.${i}`;
              const push = { name, text: policyOf(name, ballast), status: null };
              pushes.push(push);
              await put(gateway, push);
            }
          });
          await until(
            `${answered} pushes are answered`,
            () => pushes.slice(before).filter(({ status }) => status !== null).length >= answered,
          );
          await pause(afterMs);
          await kill(gateway);
          isOver = true;
          await Promise.all(pushing);
          gateway = await startGateway(runtime, options);
          await assertWhole(gateway, pushes);
        });
      }
      const died = pushes.filter(({ status }) => status === null).length;
      assert.ok(died > 0, "no push was cut off");
      assert.deepEqual(pushes.filter(({ status }) => status !== null && status !== 200), []);
    } finally {
      await gateway.stop();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
