/**
 * Request headers as a list of pairs. On Deno, fetch takes such a list at a
 * fifth of the cost of a second `Headers`, and a message has few enough of them
 * for a linear look-up.
 */
import type { MutableHeaders } from "../../model/headers.ts";

export class PairHeaders implements MutableHeaders {
  readonly pairs: [string, string][] = [];

  constructor(headers: Headers) {
    headers.forEach((value, name) => this.pairs.push([name, value]));
  }

  get(name: string): string | null {
    let joined: string | null = null;
    for (const pair of this.pairs) {
      if (pair[0] === name) joined = joined === null ? pair[1] : `${joined}, ${pair[1]}`;
    }
    return joined;
  }

  set(name: string, value: string): void {
    const at = this.pairs.findIndex((pair) => pair[0] === name);
    if (at < 0) {
      this.pairs.push([name, value]);
      return;
    }
    this.pairs[at] = [name, value];
    for (let i = this.pairs.length - 1; i > at; i--) {
      if (this.pairs[i]![0] === name) this.pairs.splice(i, 1);
    }
  }

  append(name: string, value: string): void {
    this.pairs.push([name, value]);
  }

  delete(name: string): void {
    for (let i = this.pairs.length - 1; i >= 0; i--) {
      if (this.pairs[i]![0] === name) this.pairs.splice(i, 1);
    }
  }
}
