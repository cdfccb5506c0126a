/**
 * The part of `Headers` that the gateway uses to change a message. Each
 * platform brings what is cheapest there. Names are given in lower case.
 */
export interface MutableHeaders {
  /** Repeated values joined with ", "; `null` if absent. */
  get(name: string): string | null;
  /** Replaces every value of the name. */
  set(name: string, value: string): void;
  /** Adds one more value. */
  append(name: string, value: string): void;
  delete(name: string): void;
  /** Each name once, in lower case. Not to be walked while headers are added or deleted. */
  keys(): Iterable<string>;
}
