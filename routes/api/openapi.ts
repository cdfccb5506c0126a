/** The OpenAPI 3.1 document, from the table of endpoints and the schemas that they work by. */
import * as z from "zod";
import { type FaultCode, type FaultKind, faultKinds } from "../../src/model/fault.ts";
import { codesOf, type Endpoint, type Parameter } from "./endpoint.ts";
import { components, policyOrText, problemDocument } from "./schemas.ts";

export interface OpenApiDocument {
  readonly openapi: string;
  readonly [key: string]: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Of the API, which grows without a new one; what it breaks gives it another. */
const VERSION = "1.0.0";

const DESCRIPTION =
  `What operators and their tools ask of a gateway. Every answer is JSON; every error is \
a problem document (RFC 9457) with a stable code. HEAD is answered wherever GET is.`;

/** @param prefix under which the endpoints are, such as `/_limen` */
export function openApi(endpoints: readonly Endpoint[], prefix: string): OpenApiDocument {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Limen admin API", version: VERSION, description: DESCRIPTION },
    servers: [{ url: prefix }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description:
            "LIMEN_ADMIN_TOKEN, or a JWT with the scope limen:read or limen:write, which includes it.",
        },
      },
    },
  };
}

function operation(endpoint: Endpoint): Json {
  const { method, path, scope, summary, description, parameters = [], body, answer } = endpoint;
  return {
    operationId: method.toLowerCase() +
      path.replaceAll(/[^A-Za-z]+([A-Za-z]?)/g, (_, letter) => letter.toUpperCase()),
    summary,
    ...(description !== undefined && { description }),
    security: scope === null ? [] : [{ bearer: [`limen:${scope}`] }],
    ...(parameters.length > 0 && { parameters: parameters.map(parameterOf) }),
    ...(body !== undefined && {
      requestBody: { required: body.required, content: json(body.schema) },
    }),
    responses: {
      200: {
        description: answer.description,
        ...(answer.headers !== undefined && { headers: headersOf(answer.headers) }),
        content: json(answer.schema),
      },
      ...refusalsOf(codesOf(endpoint)),
      default: refusal("Any other failure."),
    },
  };
}

const parameterOf = ({ in: place, name, schema, description }: Parameter): Json => ({
  in: place,
  name,
  required: place === "path",
  description,
  schema: inline(schema),
});

const headersOf = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: "string" } },
    ]),
  );

/** One response for each status, with the codes that it may stand for. */
function refusalsOf(codes: ReadonlySet<FaultCode>): Json {
  const byStatus = Map.groupBy(codes, (code) => faultKinds[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, refusal(codes.map(inWords).join(" "))]),
  );
}

const inWords = (code: FaultCode): string => {
  const kind: FaultKind = faultKinds[code];
  return `${code}: ${kind.title}.`;
};

const refusal = (description: string): Json => ({
  description,
  content: { "application/problem+json": { schema: reference(problemDocument) } },
});

const json = (schema: z.ZodType): Json => ({ "application/json": { schema: reference(schema) } });

const SCHEMAS = "#/components/schemas/";

/** Bodies and answers all have a name. */
const reference = (schema: z.ZodType): Json => ({ $ref: SCHEMAS + components.get(schema)!.id });

/** As clients may rely on it: an answer can grow, so nothing is said of keys that it lacks. */
const IO = "input";

const inline = (schema: z.ZodType): Json => bare(z.toJSONSchema(schema, { io: IO }));

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(components, {
    io: IO,
    uri: (id) => SCHEMAS + id,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== policyOrText) return;
      jsonSchema.oneOf = [{ $ref: `${SCHEMAS}Policy` }, { type: "string" }];
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

/** Without what only a document of its own needs. */
const bare = ({ $schema: _, $id: __, ...schema }: Json): Json => schema;
