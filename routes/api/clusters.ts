/** `GET clusters`, `POST clusters/NAME/drain` and `undrain`: how clusters are, and out and back. */
import * as z from "zod";
import { describeClusters, type DescribedCluster } from "../../src/health/describe.ts";
import { fault } from "../../src/model/fault.ts";
import { authorHeaders } from "./author.ts";
import { type Call, type Endpoint, endpoint, type Reply, type Services } from "./endpoint.ts";
import { component, trouble } from "./schemas.ts";

const latency = z.number().nullable().describe("null before this isolate has had an answer.");

const cluster = component(
  "Cluster",
  z.object({
    name: z.string(),
    location: z.string().optional().describe("public, private or edge."),
    region: z.string().nullable().optional(),
    draining: z.boolean(),
    endpoints: z.array(z.object({
      index: z.int().min(0),
      url: z.string().describe("Scheme, host and port."),
      state: z.enum(["healthy", "degraded", "unhealthy", "draining"]),
      ...trouble,
      active: z.int().describe("Requests of this isolate that wait for its answer."),
      latencyMs: z.object({ p50: latency, p99: latency }),
    })),
  }).describe(
    "Load and latency are of the isolate that answers. Of a cluster that is in no policy any more there is only the name.",
  ),
);

const clusters = component("Clusters", z.object({ clusters: z.array(cluster) }));

type Cluster = z.infer<typeof cluster>;

const described = ({ gateway }: Services): readonly DescribedCluster[] => {
  // Whoever serves has brought its records up to date with policy and clock.
  const serving = gateway.serving();
  return serving === null ? [] : describeClusters(serving.plan, gateway.health);
};

const unknown = { refused: fault("not_found", "The policy names no such cluster.") };

async function drain(
  { params }: Call<undefined>,
  services: Services,
  drained: boolean,
): Promise<Reply<Cluster>> {
  const name = params["name"]!;
  const named = (): DescribedCluster | undefined =>
    described(services).find((cluster) => cluster.name === name);
  // A drain outlives the policy that named its cluster, and can be taken back all the same.
  const isLeftOver = !drained && services.gateway.health.isDrained(name);
  if (named() === undefined && !isLeftOver) return unknown;
  const failure = await services.fleet.drain(name, drained);
  if (failure !== null) return { refused: fault("store_unreachable", failure.failure) };
  const now = named();
  if (now !== undefined) return { json: now };
  // Else another policy came meanwhile.
  return isLeftOver ? { json: { name, draining: false, endpoints: [] } } : unknown;
}

const drainEndpoint = (action: "drain" | "undrain", summary: string): Endpoint =>
  endpoint({
    method: "POST",
    path: `/clusters/{name}/${action}`,
    scope: "write",
    summary,
    parameters: [
      { in: "path", name: "name", schema: z.string(), description: "The cluster's." },
      ...authorHeaders,
    ],
    answer: { description: "The cluster as it is then.", schema: cluster },
    refusals: ["not_found", "store_unreachable"],
    write: { action, subject: ({ params }) => params["name"]!, replaces: false },
    handle: (call, services) => drain(call, services, action === "drain"),
  });

export const clusterEndpoints = [
  endpoint({
    method: "GET",
    path: "/clusters",
    scope: "read",
    summary: "The clusters of the policy in force: health, load, latency, ejections.",
    answer: { description: "In the policy's order.", schema: clusters },
    handle: (_, services) => ({ json: { clusters: described(services) } }),
  }),
  drainEndpoint("drain", "Takes a cluster out: it gets no new requests."),
  drainEndpoint("undrain", "Brings a cluster back."),
];
