/** Requests for tests, as matching sees them. */
import type { RequestFacts } from "../../src/plan/table.ts";

export interface Sketch {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly query?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function factsOf(sketch: Sketch): RequestFacts {
  const headers = new Map(Object.entries(sketch.headers ?? {}));
  return {
    method: sketch.method ?? "GET",
    host: sketch.host ?? "h.example",
    path: sketch.path ?? "/",
    query: sketch.query ?? "",
    header: (name) => headers.get(name) ?? null,
  };
}
