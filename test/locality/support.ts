/** Places and endpoints in short, and arbitrary ones. */
import * as fc from "fast-check";
import type { PlacedEndpoint } from "../../src/locality/levels.ts";
import { parseLocality } from "../../src/locality/locality.ts";
import type { Caller, Locality, LocalitySetting } from "../../src/plan/locality.ts";

/** @param text as `parseLocality` reads it */
export function at(text: string): Locality {
  const locality = parseLocality(text);
  if (locality === null) throw new Error(`"${text}" is no locality`);
  return locality;
}

export const endpoint = (
  text: string,
  rest: Partial<Omit<PlacedEndpoint, "locality">> = {},
): PlacedEndpoint => ({ locality: at(text), labels: {}, priority: 0, weight: 1, ...rest });

export const caller = (text: string, labels: Caller["labels"] = {}): Caller => ({
  locality: at(text),
  labels,
});

// Few names, so that arbitrary callers, endpoints and rules meet often.
const name = fc.constantFrom("", "a", "b", "c");
export const anyLocality: fc.Arbitrary<Locality> = fc.record({
  region: name,
  zone: name,
  subzone: name,
});
const NETWORK = "topology.istio.io/network";
const anyLabels = fc.dictionary(fc.constantFrom("tier", "net", "zone", NETWORK), name, {
  maxKeys: 3,
});

export const anyCaller: fc.Arbitrary<Caller> = fc.record({
  // "z" is a name that no endpoint and no rule has.
  locality: fc.record({
    region: fc.constantFrom("", "a", "b", "z"),
    zone: fc.constantFrom("", "a", "z"),
    subzone: fc.constantFrom("", "a", "z"),
  }),
  labels: anyLabels,
});

export const anyEndpoint: fc.Arbitrary<PlacedEndpoint> = fc.record({
  locality: anyLocality,
  labels: anyLabels,
  priority: fc.nat(3),
  weight: fc.nat(5),
});
export const anyEndpoints = fc.array(anyEndpoint, { maxLength: 12 });

const anyRule = fc.array(fc.constantFrom("*", "a", "b", "c"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));
const anyFailover = fc.array(fc.record({ from: name, to: name }), { maxLength: 3 });

export const anySetting: fc.Arbitrary<LocalitySetting | null> = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant("failover" as const), failover: anyFailover }),
  fc.record({
    kind: fc.constant("failoverPriority" as const),
    failoverPriority: fc.array(
      fc.constantFrom("region", "zone", "tier", "net=a", NETWORK),
      { minLength: 1, maxLength: 4 },
    ),
    failover: anyFailover,
  }),
  fc.record({
    kind: fc.constant("distribute" as const),
    distribute: fc.array(
      fc.record({
        from: anyRule,
        to: fc.array(fc.tuple(anyRule, fc.nat(100)), { maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  }),
);

/** Callers all over the place, no two alike. */
export const anywhere = (times: number): Caller[] =>
  Array.from({ length: times }, (_, i) => caller(`r${i % 40}/z${i % 7}/s${i}`, { id: `${i}` }));
