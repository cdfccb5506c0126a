/** Who is behind a change, and why: what its request says of that. */
import * as z from "zod";
import { headerText } from "../header_text.ts";
import type { Call, Parameter } from "./endpoint.ts";

type Said = Pick<Call<unknown>, "header">;

/** Of every endpoint that changes something. */
export const authorHeaders: readonly Parameter[] = [
  {
    in: "header",
    name: "x-limen-by",
    schema: z.string(),
    description: "Who, for history and audit log, in UTF-8. A JWT's subject wins over it.",
  },
  {
    in: "header",
    name: "x-limen-message",
    schema: z.string(),
    description: "Why, for history and audit log, in UTF-8.",
  },
];

/** Who is at work: what an issuer has signed wins over what a client says of itself. */
export const authorOf = ({ admin, ...said }: Pick<Call<unknown>, "admin"> & Said): string | null =>
  admin?.subject ?? saidIn("x-limen-by", said);

/** Why. */
export const messageOf = (said: Said): string | null => saidIn("x-limen-message", said);

/** @returns `null` for what says nothing, too */
function saidIn(name: string, { header }: Said): string | null {
  const text = headerText(header(name) ?? "").trim();
  return text === "" ? null : text;
}
