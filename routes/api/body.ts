/** Reading what a request brings: text to a value that fits its schema, or a refusal that says where not. */
import type * as z from "zod";
import { formatPath, type Report } from "../../src/policy/finding.ts";
import { checkShape } from "../../src/policy/shape.ts";
import { DocumentError, parseDocument } from "../../src/policy/text.ts";
import { fault, type FaultCode } from "../../src/model/fault.ts";
import type { BodySpec, Refusal } from "./endpoint.ts";

/** One thing that is wrong with a request. */
export interface FieldError {
  /** Such as `down[0]`; `$` is the body itself. */
  readonly path: string;
  readonly message: string;
}

/** A refusal that names the fields. @param errors at least one */
export function refusedFields(
  code: Extract<FaultCode, "bad_request" | "unprocessable">,
  errors: readonly FieldError[],
): Refusal {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const detail = `${first!.path}: ${first!.message}${more}`;
  const sentence = /[.?]$/.test(detail) ? detail : `${detail}.`;
  return { refused: fault(code, sentence), members: { errors } };
}

/** What is well formed but names something that is not there, or makes no sense. */
export const unfit = (path: string, message: string): Refusal =>
  refusedFields("unprocessable", [{ path, message }]);

/** A JSON object; comments may stand in it. No body is as good as an empty object. */
export const jsonBody = <Schema extends z.ZodType>(
  schema: Schema,
  required = false,
): BodySpec<z.infer<Schema>> => ({
  schema,
  required,
  read: (text) => readBody(text, schema),
});

export function readBody<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): z.infer<Schema> | Refusal {
  let value: unknown = {};
  try {
    if (text.trim() !== "") value = parseDocument(text);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return refusedFields("bad_request", [{ path: "$", message: `no JSON: ${error.message}` }]);
  }
  const errors: FieldError[] = [];
  const report: Report = (_, path, message) => errors.push({ path: formatPath(path), message });
  checkShape(value, report, schema);
  // The schemas transform nothing: what fits is as it was sent.
  return errors.length === 0
    ? value as z.infer<Schema>
    : refusedFields("bad_request", errors.slice(0, MOST_ERRORS));
}

/** Nobody reads more of them. */
const MOST_ERRORS = 20;

/** A whole number from the query. @returns `otherwise` if it is not there */
export function wholeNumber(
  text: string | undefined,
  { name, least, most, otherwise }: {
    readonly name: string;
    readonly least: number;
    readonly most: number;
    readonly otherwise: number;
  },
): number | Refusal {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const message = `expected a whole number, ${least} to ${most}, found ${JSON.stringify(text)}`;
  return refusedFields("bad_request", [{ path: name, message }]);
}
