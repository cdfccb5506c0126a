/** What gateways say of themselves, and a gateway that says it. */
import type { StatusAnswer } from "../../../routes/status.ts";
import { groupsOf } from "../../../src/fleet/groups.ts";
import type { DescribedCluster, DescribedEndpoint } from "../../../src/health/describe.ts";
import type { Activation } from "../../../src/store/history.ts";
import { heardOf } from "../../fleet/fakes.ts";

export const NOW = Date.UTC(2026, 10, 20, 12, 5);

export const secondsAgo = (seconds: number): string =>
  new Date(NOW - seconds * 1_000).toISOString();

export const [OLD, NEW] = ["0123456789ab", "ba9876543210"] as const;

export const endpointOf = (
  index: number,
  spec: Partial<DescribedEndpoint> = {},
): DescribedEndpoint => ({
  index,
  url: `http://e${index}.test`,
  state: "healthy",
  reason: null,
  ejectedUntil: null,
  active: 0,
  latencyMs: { p50: null, p99: null },
  ...spec,
});

export const clusterOf = (
  name: string,
  spec: Partial<DescribedCluster> = {},
): DescribedCluster => ({
  name,
  location: "public",
  region: null,
  draining: false,
  endpoints: [endpointOf(0)],
  ...spec,
});

export function statusAnswerOf(spec: Partial<StatusAnswer> = {}): StatusAnswer {
  const members = spec.members ?? [heardOf({ revision: NEW, since: secondsAgo(300) })];
  return {
    revision: NEW,
    activeSince: secondsAgo(300),
    lastCheck: secondsAgo(2),
    lastError: null,
    members,
    groups: groupsOf(members),
    ...spec,
  };
}

export const activationOf = (spec: Partial<Activation> = {}): Activation => ({
  revision: NEW,
  at: secondsAgo(301),
  by: "ann",
  message: "canary to 25 %",
  source: "push",
  findings: [],
  ...spec,
});

/** What a request below `/_limen/` is answered with; a number is a problem's status. */
type Answers = Readonly<Record<string, unknown>>;

export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path`, by path below the prefix; may be changed at any time. */
  answers: Answers;
  /** Such as `POST clusters/aws/drain`. */
  readonly asked: string[];
  /** Of the last request that changed something. */
  said: Headers | null;
}

export function startFakeGateway(answers: Answers): FakeGateway {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const question = `${request.method} ${new URL(request.url).pathname.slice("/_limen/".length)}`;
    asked.push(question);
    if (request.method !== "GET") gateway.said = request.headers;
    const answer = gateway.answers[question] ?? 404;
    if (typeof answer === "number") {
      return Response.json({ code: "not_found", detail: "There is no such thing." }, {
        status: answer,
        headers: { "content-type": "application/problem+json" },
      });
    }
    if (typeof answer === "string") return new Response(answer, { headers: { etag: `"${NEW}"` } });
    return Response.json(answer);
  });
  const gateway: FakeGateway = {
    url: `http://127.0.0.1:${server.addr.port}`,
    answers,
    asked,
    said: null,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return gateway;
}
