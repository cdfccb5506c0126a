/**
 * Request headers as a map. On Deno, reading native `Headers` once is cheaper
 * than asking them a dozen questions, and fetch takes a map's entries at a fifth
 * of the cost of a second `Headers`.
 */
import type { MutableHeaders } from "../../model/headers.ts";

export class MapHeaders implements MutableHeaders {
  /** Lower-case names; repeated values are joined with ", ". */
  readonly values: Map<string, string>;

  private constructor(values: Map<string, string>) {
    this.values = values;
  }

  static from(headers: Headers): MapHeaders {
    const copy = new MapHeaders(new Map());
    headers.forEach((value, name) => copy.append(name, value));
    return copy;
  }

  clone(): MapHeaders {
    return new MapHeaders(new Map(this.values));
  }

  get(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  append(name: string, value: string): void {
    const before = this.values.get(name);
    this.values.set(name, before === undefined ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.values.delete(name);
  }

  keys(): Iterable<string> {
    return this.values.keys();
  }
}
