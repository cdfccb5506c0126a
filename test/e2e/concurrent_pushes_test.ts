/** Pushes that meet: one order, nothing lost, and never a mix for who is served meanwhile. */
import assert from "node:assert/strict";
import { ADMIN_TOKEN, type RunningGateway } from "./support/gateway.ts";
import { suite } from "./support/suite.ts";
import { until } from "./support/until.ts";

const COUNT = 100;

/** Two routes that must tell the same. */
const saying = (word: string): string =>
  JSON.stringify({
    clusters: {},
    routes: ["/a", "/b"].map((path) => ({
      name: `say-${path.slice(1)}`,
      match: { path },
      respond: { status: 200, body: word },
    })),
  });

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly text: string;
}

async function ask(
  gateway: RunningGateway,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/_limen/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...init.headers },
  });
  const { status, headers } = response;
  return { status, etag: headers.get("etag"), text: await response.text() };
}

const pushAll = (
  gateway: RunningGateway,
  words: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer[]> =>
  Promise.all(words.map((word) =>
    ask(gateway, "policy", {
      method: "PUT",
      headers: { "x-limen-message": word, ...headers },
      body: saying(word),
    })
  ));

interface Activation {
  readonly revision: string;
  readonly message: string | null;
}

async function historyOf(gateway: RunningGateway): Promise<readonly Activation[]> {
  const { status, text } = await ask(gateway, "history");
  assert.equal(status, 200, text);
  return JSON.parse(text).revisions;
}

/** Readers learn of the last push in their own time; meanwhile they see others, each whole. */
async function settled(gateway: RunningGateway): Promise<readonly Activation[]> {
  const history = await historyOf(gateway);
  const [last] = history;
  await until("the last push is in force", async () => {
    const { etag, text } = await ask(gateway, "policy");
    assert.match(text, /^\{"clusters":\{\},"routes":\[\{.*\}\]\}$/);
    return etag === `"${last!.revision}"` && text === saying(last!.message!);
  });
  return history;
}

suite("pushes that meet", {
  "a hundred at once: each is in the history, once, and the first entry is in force": async (
    gateway,
  ) => {
    await gateway.push(saying("before"));
    const words = Array.from({ length: COUNT }, (_, i) => `p${i}`);
    let isOver = false;
    const reading = (async (): Promise<void> => {
      while (!isOver) {
        const { text } = await ask(gateway, "policy");
        const said = [...text.matchAll(/"body":"([^"]*)"/g)].map(([, word]) => word);
        assert.deepEqual(said, [said[0], said[0]], text);
      }
    })();
    const answers = await pushAll(gateway, words);
    isOver = true;
    await reading;
    assert.deepEqual(answers.filter(({ status }) => status !== 200), []);
    const history = (await settled(gateway)).slice(0, COUNT);
    assert.deepEqual(history.map(({ message }) => message).sort(), words.toSorted());
    const revisionOf = new Map(
      words.map((word, i) => [word, JSON.parse(answers[i]!.text).revision]),
    );
    for (const { message, revision } of history) assert.equal(revisionOf.get(message!), revision);
  },

  "a hundred at once over one revision: one wins, all others are told": async (gateway) => {
    const before = await gateway.push(saying("one"));
    const words = Array.from({ length: COUNT }, (_, i) => `q${i}`);
    const answers = await pushAll(gateway, words, { "if-match": `"${before}"` });
    const won = words.filter((_, i) => answers[i]!.status === 200);
    assert.equal(won.length, 1);
    const lost = answers.filter(({ status }) => status !== 200);
    assert.ok(
      lost.every(({ status, text }) =>
        status === 412 && JSON.parse(text).code === "revision_conflict"
      ),
    );
    const history = await settled(gateway);
    assert.equal(history[0]?.message, won[0]);
    assert.equal(history[1]?.revision, before);
  },
}, { env: { LIMEN_HISTORY: "300" } });
