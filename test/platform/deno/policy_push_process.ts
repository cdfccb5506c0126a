/** Pushes COUNT policies at once into the database at PATH, and prints what came of each. */
import { openDenoPolicyStore } from "../../../src/platform/deno/policy_store.ts";
import { policyText, revisionOfText, stampFor } from "../../store/fakes.ts";

const [path, name, count] = Deno.args as [string, string, string];
const store = openDenoPolicyStore({ path, revisionOf: revisionOfText, now: () => Date.now() });
const written = await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    const text = policyText(`${name}${i}`);
    return await store.write(text, await stampFor(text));
  }),
);
await store.close();
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(written)));
