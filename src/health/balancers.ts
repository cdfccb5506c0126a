/** The balancer that each of a policy's algorithms names. */
import { edf } from "../balance/edf.ts";
import { leastRequest } from "../balance/least_request.ts";
import { maglev } from "../balance/maglev.ts";
import { type Hosts, type Picker, withRendezvous } from "../balance/picker.ts";
import { ringHash, ringScale } from "../balance/ring_hash.ts";
import { type Random, roundRobin } from "../balance/round_robin.ts";
import { weightedRandom } from "../balance/weighted_random.ts";
import type { Algorithm } from "../plan/plan.ts";

interface Balancing {
  readonly random: Random;
  /** Requests that a host has in flight. */
  readonly active: (index: number) => number;
  /** A host's present weight, where some are in their slow start. */
  readonly weightOf?: (index: number) => number;
  /** Weights of the whole level, those out of service included: what a ring is measured by. */
  readonly levelWeights: readonly number[];
}

const balancers: Readonly<Record<Algorithm, (hosts: Hosts, by: Balancing) => Picker>> = {
  "round-robin": (hosts, { random, weightOf }) =>
    withRendezvous(
      hosts,
      weightOf === undefined
        ? roundRobin(hosts.weights, random)
        : edf(hosts.weights.length, weightOf, random),
    ),
  "random": (hosts, { random }) => withRendezvous(hosts, weightedRandom(hosts.weights, random)),
  "least-request": (hosts, { active, random, weightOf }) =>
    leastRequest(hosts, active, random, weightOf === undefined ? {} : { weightOf }),
  // An ejection must not change the scale: only the keys of who left may move.
  "ring-hash": (hosts, { random, levelWeights }) =>
    ringHash(hosts, random, ringScale(levelWeights)),
  "maglev": (hosts, { random }) => maglev(hosts, random),
};

export const balancer = (algorithm: Algorithm, hosts: Hosts, by: Balancing): Picker =>
  balancers[algorithm](hosts, by);
