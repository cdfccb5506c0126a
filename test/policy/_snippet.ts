/** Policies with one thing wrong, and a mark in front of the place that the finding must point at. */
import type { RuleName } from "../../src/policy/codes.ts";
import type { Target } from "../../src/policy/validate.ts";

export const MARK = "‸";

export interface Snippet {
  readonly rule: RuleName;
  readonly path: string;
  readonly text: string;
  readonly target?: Target;
}

/** A policy with these route texts, beside clusters that have nothing wrong. */
export const routes = (...texts: readonly string[]): string =>
  `{
  "clusters": {
    "aws": { "location": "public", "endpoints": ["https://a.example.com", "https://b.example.com"] },
    "pop": { "location": "edge", "endpoints": ["https://pop.example.com"] }
  },
  "routes": [
    { "name": "all", "split": { "aws": 1, "pop": 1 } },
    ${texts.join(",\n    ")}
  ]
}`;

export const route = (fields: string): string =>
  routes(`{ "name": "r", "match": { "path": "/r/*" }, ${fields} }`);
export const match = (fields: string): string =>
  routes(`{ "name": "r", "to": "aws", "match": { ${fields} } }`);

export const cluster = (fields: string): string =>
  `{ "clusters": { "c": { ${fields} } },
  "routes": [{ "name": "r", "to": "c" }] }`;

/** Fields of `trust`. */
export const trustObject = (fields: string): string =>
  `{ "clusters": {}, "routes": [], "trust": { ${fields} } }`;
export const trust = (text: string): string => trustObject(`"proxies": [${text}]`);
