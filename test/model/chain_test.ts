import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Chain, type Link } from "../../src/model/chain.ts";

function itemsOf<T>(chain: Chain<T>): T[] {
  const items: T[] = [];
  for (let link = chain.first; link !== null; link = link.after) items.push(link.item);
  return items;
}

Deno.test("chain: does as a list does, whatever is added and removed", () => {
  const steps = fc.array(fc.option(fc.nat(20), { nil: null }));
  fc.assert(fc.property(steps, (steps) => {
    const chain = new Chain<number>();
    const links: Link<number>[] = [];
    let list: number[] = [];
    for (const step of steps) {
      if (step === null) {
        links.push(chain.add(links.length));
        list.push(links.length - 1);
      } else if (step < links.length) {
        assert.equal(chain.remove(links[step]!), list.includes(step));
        list = list.filter((item) => item !== step);
      }
      assert.deepEqual(itemsOf(chain), list);
    }
  }));
});

Deno.test("chain: what was removed holds on to nothing", () => {
  const chain = new Chain<string>();
  const [a, b] = [chain.add("a"), chain.add("b")];
  chain.remove(a);
  assert.equal(a.after, null);
  chain.remove(b);
  assert.equal(chain.first, null);
});
