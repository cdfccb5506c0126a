import assert from "node:assert/strict";
import { type Precondition, preconditionIn, preconditionOf } from "../../routes/if_match.ts";

const [here, there] = ["0123456789ab", "ba9876543210"];

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
  ["*", null, "unmatchable"],
  [`W/"${here}"`, here, "unmatchable"],
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

const nones: { name: string; headers: Record<string, string>; want: Precondition }[] = [
  { name: "neither", headers: {}, want: {} },
  { name: "If-Match alone", headers: { "if-match": '"a"' }, want: { ifRevision: "a" } },
  { name: "*", headers: { "if-none-match": "*" }, want: { ifRevision: "" } },
  { name: "a revision", headers: { "if-none-match": '"a"' }, want: "malformed" },
  { name: "both", headers: { "if-none-match": "*", "if-match": '"a"' }, want: "malformed" },
];
for (const { name, headers, want } of nones) {
  Deno.test(`If-None-Match: ${name}`, () => {
    assert.deepEqual(preconditionIn((header) => headers[header], "a"), want);
  });
}
