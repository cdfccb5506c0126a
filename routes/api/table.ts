/** Every endpoint of Limen's own: the routing and the OpenAPI document are made from this list. */
import * as z from "zod";
import { auditEndpoints } from "./audit_log.ts";
import { clusterEndpoints } from "./clusters.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { healthEndpoints } from "./health.ts";
import { historyEndpoints } from "./history.ts";
import { judgeEndpoints } from "./judge.ts";
import { policyEndpoints } from "./policy.ts";
import { component } from "./schemas.ts";
import { statusEndpoints } from "./status.ts";
import { whatIfEndpoints } from "./what_if.ts";

const openApi = endpoint({
  method: "GET",
  path: "/openapi.json",
  scope: "read",
  summary: "This document.",
  answer: {
    description: "An OpenAPI 3.1 document.",
    schema: component("OpenApi", z.looseObject({ openapi: z.string() })),
  },
  handle: (_, { document }) => ({ json: document() }),
});

export const endpoints: readonly Endpoint[] = [
  ...healthEndpoints,
  ...policyEndpoints,
  ...historyEndpoints,
  ...judgeEndpoints,
  ...whatIfEndpoints,
  ...clusterEndpoints,
  ...statusEndpoints,
  ...auditEndpoints,
  openApi,
];
