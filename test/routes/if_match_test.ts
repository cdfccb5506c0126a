import assert from "node:assert/strict";
import { type Precondition, preconditionOf } from "../../routes/if_match.ts";

const [here, there] = ["0123456789ab", "ba9876543210"];
/** Equals no revision. */
const never: Precondition = { ifRevision: "-" };

const rows: [ifMatch: string | undefined, active: string | null, want: Precondition][] = [
  [undefined, here, {}],
  [`"${here}"`, here, { ifRevision: here }],
  [`  "${here}" `, here, { ifRevision: here }],
  [`"${there}"`, here, { ifRevision: there }],
  [`"${there}"`, null, { ifRevision: there }],
  ['"something else"', here, { ifRevision: "something else" }],
  ['""', here, { ifRevision: "" }],
  ["*", here, {}],
  [" * ", here, {}],
  ["*", null, never],
  [`W/"${here}"`, here, never],
  [`W/"${here}", "${there}"`, here, { ifRevision: there }],
  [`"${there}", "${here}"`, here, { ifRevision: here }],
  [`"${there}","${here}",`, here, { ifRevision: here }],
  [`, ,"${there}" , "${here}"`, null, { ifRevision: there }],
  [here, here, "malformed"],
  [`w/"${here}"`, here, "malformed"],
  [`"${here}`, here, "malformed"],
  [`"${here}" "${there}"`, here, "malformed"],
  [`*, "${here}"`, here, "malformed"],
  ["", here, "malformed"],
  [" , ", here, "malformed"],
];
for (const [ifMatch, active, want] of rows) {
  Deno.test(`If-Match: ${ifMatch} while ${active} is active`, () => {
    assert.deepEqual(preconditionOf(ifMatch, active), want);
  });
}
