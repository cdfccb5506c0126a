/**
 * The small vocabulary that all policy fields share: names, durations, sizes,
 * weights and string matchers. Values stay as written here; `compile` turns
 * them into numbers, so that the published JSON Schema says exactly what the
 * gateway accepts.
 */
import * as z from "zod";

/** A cluster's or route's name: lower case, digits and inner hyphens. */
export const name = z.string()
  .max(63, "a name has at most 63 characters")
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "a name consists of a-z, 0-9 and hyphens inside, such as eu-west-1",
  );

/** `250ms`, `5s`, `1h30m`: each unit at most once, the largest first. */
export const duration = z.string()
  .regex(
    /^(?=\d)(?:\d{1,6}h)?(?:\d{1,7}m(?!s))?(?:\d{1,8}s)?(?:\d{1,9}ms)?$/,
    "a duration is a number with a unit, such as 250ms, 5s, 1m or 1h30m",
  )
  .meta({ examples: ["250ms", "5s", "1h30m"] });

/** `64KiB`, `1MiB`. */
export const size = z.string()
  .regex(/^\d{1,9}(?:B|KiB|MiB|GiB)$/, "a size is a number with a unit, such as 64KiB or 1MiB")
  .meta({ examples: ["64KiB", "1MiB"] });

/** RFC 9110 §9.1: methods compare with case. */
export const method = z.string()
  .regex(/^[A-Z][A-Z0-9-]*$/, "a method is written in capitals, such as GET");

/** A share relative to its siblings; 0 gets nothing. */
export const weight = z.number()
  .min(0, "a weight is 0 or more")
  .max(1_000_000, "a weight is at most 1000000");

export const percent = z.number()
  .min(0, "a percentage is 0 to 100")
  .max(100, "a percentage is 0 to 100");

/** A region's, zone's or subzone's own name; `/` joins them and `*` stands for any. */
export const place = z.string()
  .max(128, "a region, zone or subzone has at most 128 characters")
  .regex(
    /^[^\s/*](?:[^/*]*[^\s/*])?$/,
    "a region, zone or subzone is one name without / and *, such as us-east-1",
  );

/** A region's name in which `*` stands for any characters, or none. */
export const regionPattern = z.string()
  .max(128, "a pattern for regions has at most 128 characters")
  .regex(
    /^[^\s/](?:[^/]*[^\s/])?$/,
    "a pattern is a region's name, in which * stands for any characters, such as eu-*",
  );

/** What kind of place a cluster is in. */
export const location = z.enum(["public", "private", "edge"]);

/** Slashes may stand in it, as in Kubernetes; `=` and `,` separate labels in `LIMEN_LABELS`. */
export const labelName = z.string()
  .max(317, "a label's name has at most 317 characters")
  .regex(/^[^\s=,]+$/, "a label's name has no spaces, commas or =");

export const labelValue = z.string()
  .max(256, "a label's value has at most 256 characters")
  .regex(/^(?:[^\s,](?:[^,]*[^\s,])?)?$/, "a label's value has no commas, and spaces only inside");

/** An RE2 pattern: linear time, matched against the whole string. */
export const regex = z.string().max(1024, "a regex has at most 1024 characters");

const plainMatcher = [
  z.string(),
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ suffix: z.string() }),
  z.strictObject({ regex }),
  z.strictObject({ present: z.boolean() }),
] as const;

/** How a header, a query parameter or a cookie is compared. A string means "equal". */
export const stringMatcher = z.union([
  ...plainMatcher,
  z.strictObject({ not: z.union(plainMatcher) }),
]).describe(
  "Equal to a string, or { prefix }, { suffix }, { regex } (RE2, whole value), { present }, or { not }.",
);

/** RFC 9110 §5.6.2. Header names compare without case. */
export const headerName = z.string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, "this is not a valid header name");

/** RFC 9110 §5.5: visible characters, spaces and tabs inside. */
export const headerValue = z.string()
  .regex(
    /^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/,
    "a header value holds visible ASCII characters, with spaces only inside",
  );

/** Changes to one message's headers: removals first, then `set`, then `add`. */
export const headerEdits = z.strictObject({
  set: z.record(headerName, headerValue).optional().describe("Replaces or creates."),
  add: z.record(headerName, headerValue).optional().describe("Appends a further value."),
  remove: z.array(headerName).optional(),
});

export const headerPolicy = z.strictObject({
  request: headerEdits.optional().describe("What the upstream receives."),
  response: headerEdits.optional().describe("What the client receives."),
});
