/** `GET history` and `GET history/REVISION`: what was in force, and the documents themselves. */
import * as z from "zod";
import { fault } from "../../src/model/fault.ts";
import { wholeNumber } from "./body.ts";
import { endpoint } from "./endpoint.ts";
import { component, findings, policy, revision, time } from "./schemas.ts";

const activation = component(
  "Activation",
  z.object({
    revision,
    at: time,
    by: z.string().nullable().describe("Who; null: not said."),
    message: z.string().nullable().describe("Why; null: not said."),
    source: z.enum(["push", "rollback", "put"]).describe("put: straight into the store."),
    findings: findings.describe("The warnings that it had then."),
  }),
);

const history = component(
  "History",
  z.object({ revisions: z.array(activation).describe("Newest first.") }),
);

/** More are kept by no setting. */
const MOST = 10_000;

const list = endpoint({
  method: "GET",
  path: "/history",
  scope: "read",
  summary: "What was in force, newest first: the first is in force now.",
  parameters: [{
    in: "query",
    name: "limit",
    schema: z.int().min(1).max(MOST),
    description: "How many of the newest; all unless set.",
  }],
  answer: { description: "The history.", schema: history },
  refusals: ["bad_request", "store_unreachable"],
  handle: async ({ query }, { feed }) => {
    const limit = wholeNumber(query("limit"), {
      name: "limit",
      least: 1,
      most: MOST,
      otherwise: MOST,
    });
    if (typeof limit !== "number") return limit;
    const read = await feed.history();
    if (read.kind === "failed") {
      return { refused: fault("store_unreachable", read.failure.message) };
    }
    return { json: { revisions: read.activations.slice(0, limit) } };
  },
});

const document = endpoint({
  method: "GET",
  path: "/history/{revision}",
  scope: "read",
  summary: "A policy that was in force, byte for byte as it was pushed.",
  parameters: [{
    in: "path",
    name: "revision",
    schema: revision,
    description: "As the history lists it.",
  }],
  answer: {
    description: "The policy.",
    schema: policy,
    isPolicy: true,
    headers: { ETag: "The revision, in quotes." },
  },
  refusals: ["not_found", "store_unreachable"],
  handle: async ({ params }, { feed }) => {
    const wanted = params["revision"]!;
    const unknown = { refused: fault("not_found", "The history holds no such revision.") };
    // Whatever else stands there is no name of anything in the store.
    if (!revision.safeParse(wanted).success) return unknown;
    const read = await feed.readRevision(wanted);
    if (read.kind === "failed") {
      return { refused: fault("store_unreachable", read.failure.message) };
    }
    return read.kind === "document" ? { policy: read.document.text, revision: wanted } : unknown;
  },
});

export const historyEndpoints = [list, document];
