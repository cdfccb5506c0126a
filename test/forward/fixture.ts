/** One request to be forwarded, with everything about it in the test's hands. */
import { forward } from "../../src/forward/forward.ts";
import type { Forwarded, Forwarding } from "../../src/forward/forwarding.ts";
import { type Fault, isFault } from "../../src/model/fault.ts";
import type { ClusterPlan, RetryPlan } from "../../src/plan/plan.ts";
import { Steering } from "../../src/steer/steering.ts";
import { type ExchangeSpec, FakeExchange, FakePlatform, type Script } from "../support/platform.ts";
import {
  type ClusterSpec,
  forwardPlan,
  type ForwardSpec,
  type World,
  worldOf,
} from "../support/plans.ts";

export interface Setup {
  readonly clusters?: Readonly<Record<string, number | ClusterSpec>>;
  readonly split?: Readonly<Record<string, number>>;
  readonly route?: Omit<ForwardSpec, "retry">;
  readonly retry?: Partial<RetryPlan>;
  /** Origins are `http://CLUSTER-INDEX.test`. */
  readonly script?: Script;
  readonly exchange?: ExchangeSpec;
  readonly forwarding?: Partial<Forwarding>;
  /** Of clusters with a capacity. */
  readonly admit?: (cluster: ClusterPlan) => boolean;
}

export interface Fixture {
  readonly platform: FakePlatform;
  readonly exchange: FakeExchange;
  readonly world: World;
  run(): Promise<Forwarded | Fault>;
  /** Requests in flight, over all endpoints. */
  active(): number;
  /** Origins in the order in which they were asked, such as `a-0`. */
  asked(): string[];
}

export const defaultRetry: RetryPlan = {
  attempts: 2,
  methods: new Set(),
  on: { connectFailure: true, reset: true, statuses: new Set([502, 503, 504]) },
  perTryTimeoutMs: null,
  backoffBaseMs: 25,
  backoffMaxMs: 250,
  maxBodyBytes: 64,
};

export function setUp(setup: Setup = {}): Fixture {
  const platform = new FakePlatform(setup.script);
  // No waits unless a test asks for them.
  platform.random = () => 0;
  const exchange = new FakeExchange(setup.exchange);
  const world = worldOf(setup.clusters ?? { a: 3 }, () => 0);
  const route = forwardPlan(world.clusters, setup.split ?? { a: 1 }, {
    ...setup.route,
    retry: { ...defaultRetry, ...setup.retry },
  });
  const forwarding: Forwarding = {
    platform,
    steering: new Steering({
      upstreams: world.upstreams,
      random: () => 0,
      admit: setup.admit ?? ((): boolean => true),
    }),
    health: world.registry,
    exchange,
    route,
    key: null,
    from: null,
    target: "/x?y=1",
    authority: "shop.test",
    upgrade: false,
    headersFor: () => exchange.copyHeaders(),
    decision: null,
    ...setup.forwarding,
  };
  const records = world.clusters.flatMap(({ index }) =>
    world.upstreams.cluster(index).endpoints.map(({ record }) => record)
  );
  return {
    platform,
    exchange,
    world,
    run: () => forward(forwarding),
    active: () => records.reduce((sum, { active }) => sum + active, 0),
    asked: () => platform.sent.map(({ url }) => new URL(url).hostname.replace(".test", "")),
  };
}

/** What a client would see: a status, or the code of a fault. */
export const seen = (result: Forwarded | Fault): number | string =>
  isFault(result) ? result.fault : result.answer.status;
