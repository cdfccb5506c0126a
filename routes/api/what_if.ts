/** `POST explain` and `POST simulate`: what becomes of a request, and of the traffic. */
import * as z from "zod";
import { type Ask, isWholeUrl, parseAsk } from "../../src/explain/ask.ts";
import { explanationJson } from "../../src/explain/explain.ts";
import { explainLive, explainSupposed } from "../../src/explain/live.ts";
import { pairsOf } from "../../src/policy/viewpoint_words.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { parseSituation } from "../../src/simulate/situation.ts";
import { parseViewpoint } from "../../src/simulate/viewpoint.ts";
import { explainGate } from "../explain_gate.ts";
import { jsonBody, unfit } from "./body.ts";
import { endpoint, isRefusal, type Refusal } from "./endpoint.ts";
import { noPolicy, planOf } from "./policy_in_body.ts";
import { component, from, policyOrText, share, texts, trouble } from "./schemas.ts";

const explainRequest = component(
  "ExplainRequest",
  z.strictObject({
    policy: policyOrText.optional(),
    method: z.string().meta({ examples: ["GET"] }),
    url: z.string().describe("Whole, as the client asks for it.")
      .meta({ examples: ["https://shop.example.com/cart"] }),
    headers: z.union([
      z.record(z.string(), texts),
      z.array(z.string()).describe('Each as in "x-beta: yes".'),
    ]).optional(),
    from: from.optional(),
  }),
);

const shares = z.record(z.string(), share).describe("By cluster.");

const endpointShare = component(
  "EndpointShare",
  z.object({
    cluster: z.string(),
    index: z.int().min(0),
    url: z.string(),
    priority: z.int().min(0).describe("The effective level after locality, 0 first."),
    region: z.string().nullable(),
    zone: z.string().nullable(),
    state: z.enum(["healthy", "degraded", "unhealthy", "draining"]),
    share,
  }),
);

const explainedEndpoint = component(
  "ExplainedEndpoint",
  endpointShare.extend(z.object(trouble).partial().shape)
    .describe("Without a policy in the request, why an endpoint is unhealthy."),
);

const panic = z.array(z.string()).describe("Clusters with at least one level that ignores health.");

const explanation = component(
  "Explanation",
  z.object({
    live: z.boolean().describe("Whether health is this gateway's; if not, all endpoints are well."),
    route: z.string().nullable().describe("null: no route takes it."),
    considered: z.array(z.object({ route: z.string(), why: z.string() })).describe(
      "The other routes, and why they don't take it: those that came closest first.",
    ),
    guards: z.array(z.object({ guard: z.string(), verdict: z.string(), detail: z.string() })),
    clusters: shares,
    endpoints: z.array(explainedEndpoint).describe("Of these clusters."),
    panic,
    request: z.object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
    }).nullable().describe("That would be sent; null: the gateway answers by itself."),
    response: z.object({
      status: z.int(),
      code: z.string().optional().describe("Of a problem document that the gateway makes."),
      headers: z.record(z.string(), z.string()),
      body: z.string().nullable(),
    }).nullable().describe("The gateway's own answer."),
    endpoint: z.object({ cluster: z.string(), index: z.int() }).nullable().describe(
      "The most probable one.",
    ),
    pinned: z.boolean().describe("Whether a sticky key leads it there and nowhere else."),
  }),
);

const simulateRequest = component(
  "SimulateRequest",
  z.strictObject({
    policy: policyOrText.optional(),
    down: texts.optional().describe("Unhealthy: clusters, or endpoints as in dc/1."),
    degraded: texts.optional().describe("Usable, but after healthy ones."),
    drain: texts.optional().describe("Clusters that take no new requests."),
    from: from.optional(),
  }).describe("What is not named is healthy."),
);

const simulation = component(
  "Simulation",
  z.object({
    routes: z.array(z.object({
      route: z.string(),
      clusters: shares,
      endpoints: z.array(endpointShare),
      panic,
      unserved: share.describe("That nothing can serve."),
    })).describe("Those that forward, in the policy's order."),
  }),
);

const explain = endpoint({
  method: "POST",
  path: "/explain",
  scope: "read",
  summary:
    "What becomes of one request: its route, its shares, and what would be sent or answered.",
  description:
    "Without a policy: by the one in force, with the health that this gateway knows of now, from where it stands. With one: as if all were well. Nothing is sent.",
  body: jsonBody(explainRequest, true),
  answer: { description: "The explanation.", schema: explanation },
  refusals: ["invalid_policy", "unprocessable", "not_found"],
  handle: async ({ body, text }, { feed, gateway }) => {
    const ask = askOf(body);
    if (isRefusal(ask)) return ask;
    const { asked, viewpoint } = ask;
    const uuid = (): string => gateway.platform.uuid();
    if (body.policy === undefined) {
      const serving = gateway.serving();
      if (serving === null) return noPolicy;
      return { json: explanationJson(await explainLive(asked, serving, explainGate, uuid)) };
    }
    const plan = await planOf(body, text, feed);
    if (isRefusal(plan)) return plan;
    const explained = await explainSupposed(asked, { plan, viewpoint }, explainGate, uuid);
    return { json: explanationJson(explained) };
  },
});

const simulateEndpoint = endpoint({
  method: "POST",
  path: "/simulate",
  scope: "read",
  summary: "What if: the exact share of traffic that each cluster and endpoint would get.",
  body: jsonBody(simulateRequest),
  answer: { description: "The shares.", schema: simulation },
  refusals: ["invalid_policy", "unprocessable", "not_found"],
  handle: async ({ body, text }, { feed }) => {
    const place = placeOf(body.from);
    if (isRefusal(place)) return place;
    const viewpoint = parseViewpoint(place);
    if (!viewpoint.ok) return unfit("from", viewpoint.problem);
    const plan = await planOf(body, text, feed);
    if (isRefusal(plan)) return plan;
    const supposed = Object.fromEntries(KINDS.map((kind) => [kind, listOf(body[kind])]));
    const situation = parseSituation(plan, supposed);
    if (!situation.ok) {
      const kind = KINDS.find((kind) => !parseSituation(plan, { [kind]: supposed[kind] }).ok);
      return unfit(kind ?? "$", situation.problem);
    }
    return { json: simulate(plan, situation.value, viewpoint.value) };
  },
});

export const whatIfEndpoints = [explain, simulateEndpoint];

const KINDS = ["down", "degraded", "drain"] as const;

type Texts = z.infer<typeof texts>;

const listOf = (given: Texts | undefined): readonly string[] =>
  given === undefined ? [] : [given].flat();

function askOf(body: z.infer<typeof explainRequest>): Ask | Refusal {
  const place = placeOf(body.from);
  if (isRefusal(place)) return place;
  const viewpoint = parseViewpoint(place);
  if (!viewpoint.ok) return unfit("from", viewpoint.problem);
  const { method, url } = body;
  const headers = headersOf(body.headers ?? {});
  if (isRefusal(headers)) return headers;
  const ask = parseAsk({ method, url, headers, from: place });
  if (ask.ok) return ask.value;
  const isMethod = parseAsk({ method, url: "http://any.test" }).ok;
  const field = !isMethod ? "method" : isWholeUrl(url) ? "headers" : "url";
  return unfit(field, ask.problem);
}

function headersOf(
  headers: NonNullable<z.infer<typeof explainRequest>["headers"]>,
): readonly (readonly [name: string, value: string])[] | Refusal {
  if (!Array.isArray(headers)) {
    return Object.entries(headers).flatMap(([name, values]) =>
      listOf(values).map((value): readonly [string, string] => [name, value])
    );
  }
  const bare = headers.find((line) => !line.includes(":"));
  if (bare !== undefined) {
    return unfit("headers", `${JSON.stringify(bare)} is no header, such as x-beta: yes`);
  }
  return headers.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1)];
  });
}

/** In the words of the command line. */
function placeOf(given: z.infer<typeof from> | undefined): readonly string[] | Refusal {
  if (given === undefined || typeof given === "string" || Array.isArray(given)) {
    return listOf(given).filter((text) => text.trim() !== "");
  }
  const pairs = pairsOf(given);
  if ("problem" in pairs) return unfit("from", pairs.problem);
  const texts = [...pairs].map(([key, value]) => `${key}=${value}`);
  const comma = texts.find((text) => text.includes(","));
  return comma === undefined ? texts : unfit("from", `no place has a comma in it: ${comma}`);
}
