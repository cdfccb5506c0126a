/** The gateway behind its door, with a real policy and without a network. */
import type { ExplainGuard } from "../../routes/explain_guard.ts";
import { handle } from "../../routes/gateway.ts";
import { compile } from "../../src/compile/compile.ts";
import type { Policy } from "../../src/policy/schema/policy.ts";
import { validate } from "../../src/policy/validate.ts";
import { gatewayOf } from "../support/gateways.ts";
import { type ExchangeSpec, FakeExchange, FakePlatform, type Script } from "../support/platform.ts";

export interface Entrance {
  readonly platform: FakePlatform;
  ask(spec?: ExchangeSpec): Promise<Response>;
  /** The exchange of the last request. */
  readonly last: FakeExchange;
}

export interface EntranceOptions extends Partial<Omit<Policy, "routes">> {
  readonly script?: Script;
  readonly explains?: ExplainGuard;
}

/** @param routes of a policy with the clusters `a` and `b`; `null`: no policy */
export function entrance(
  routes: Policy["routes"] | null,
  { script = {}, explains, ...more }: EntranceOptions = {},
): Entrance {
  const platform = new FakePlatform(script);
  // Retries follow at once, and splits draw their first member.
  platform.random = () => 0;
  const clusters: Policy["clusters"] = {
    a: { location: "public", endpoints: ["https://a.test"] },
    b: { location: "public", endpoints: ["https://b.test"] },
  };
  const plan = routes === null ? null : planFor({ clusters, ...more, routes });
  const gateway = gatewayOf(platform, () => plan);
  let last: FakeExchange | null = null;
  return {
    platform,
    ask: async (spec) => {
      last = new FakeExchange(spec);
      return await handle(last, {
        gateway,
        prefix: "/_limen",
        own: () => new Response("own"),
        explains: explains ?? null,
      });
    },
    get last(): FakeExchange {
      return last!;
    },
  };
}

function planFor(policy: Policy): ReturnType<typeof compile> {
  const { policy: valid, findings } = validate(JSON.stringify(policy));
  if (valid === null) throw new Error(JSON.stringify(findings));
  return compile(valid, "0123456789ab");
}
