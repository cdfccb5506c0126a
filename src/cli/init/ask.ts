/** The questions of `limen init`, whoever asks them. */
import {
  type Draft,
  type DraftCluster,
  inOrder,
  LOCATIONS,
  nameFor,
  nameProblem,
  pathProblem,
  type Problem,
  splitIn,
  splitProblem,
  urlsIn,
  urlsProblem,
} from "./draft.ts";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly hint: string;
}

/** Asks people, and asks again until the answer can stand. */
export interface Asker {
  /** @param initial what an empty answer means; absent: it must be answered */
  text(
    message: string,
    options: { readonly initial?: string; readonly problemOf: (text: string) => Problem },
  ): Promise<string>;
  select<Value extends string>(
    message: string,
    options: readonly Choice<Value>[],
  ): Promise<Value>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** Rejects as `asker` does when nobody wants to answer on. */
export async function askDraft(asker: Asker): Promise<Draft> {
  const clusters: DraftCluster[] = [];
  do clusters.push(await askCluster(asker, clusters.map(({ name }) => name))); while (
    await asker.confirm("Another cluster?", false)
  );
  const path = await asker.text("Which path? /shop/* is all below /shop, /* is everything", {
    initial: "/*",
    problemOf: pathProblem,
  });
  const name = await asker.text("What is this route called?", {
    initial: nameFor(path),
    problemOf: nameProblem,
  });
  return { clusters, route: { name, path, ...await askShares(asker, clusters) } };
}

async function askCluster(asker: Asker, taken: readonly string[]): Promise<DraftCluster> {
  const name = await asker.text("A cluster's name, such as aws", {
    problemOf: (name) => taken.includes(name) ? `"${name}" is there already` : nameProblem(name),
  });
  const location = await asker.select(`What kind of place is ${name}?`, [
    { value: LOCATIONS[0], hint: "a public cloud" },
    { value: LOCATIONS[1], hint: "a data centre that the internet does not reach" },
    { value: LOCATIONS[2], hint: "a point of presence" },
  ]);
  const urls = await asker.text(`URLs of the endpoints of ${name}, with commas between them`, {
    problemOf: urlsProblem,
  });
  return { name, location, urls: urlsIn(urls) };
}

async function askShares(
  asker: Asker,
  clusters: readonly DraftCluster[],
): Promise<Pick<Draft["route"], "split" | "failover">> {
  if (clusters.length === 1) return inOrder(clusters);
  const names = clusters.map(({ name }) => name);
  const how = await asker.select("How do the clusters share the requests?", [
    { value: "order", hint: `all to ${names[0]}; the others when it is down, in their order` },
    { value: "weight", hint: "by weights, as for a canary" },
  ]);
  if (how === "order") return inOrder(clusters);
  const split = splitIn(
    await asker.text("Weights of those that share", {
      initial: names.map((name, at) => `${name}=${at === 0 ? 90 : 10}`).join(","),
      problemOf: (text) => splitProblem(text, names),
    }),
  );
  const others = names.filter((name) => !Object.hasOwn(split, name));
  if (others.length === 0) return { split, failover: [] };
  const takeOver = await asker.confirm(
    `Does ${others.join(", then ")} take over when one is down?`,
    true,
  );
  return { split, failover: takeOver ? others : [] };
}
