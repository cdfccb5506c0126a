/** A request that somebody asks about, in the words of the command line and of the admin API. */
import { type Parsed, parsed, refused } from "../simulate/parsed.ts";
import { parseViewpoint, type Viewpoint } from "../simulate/viewpoint.ts";
import type { AskedRequest } from "./dry_run.ts";

export interface AskWords {
  readonly method: string;
  /** Whole, as the client asks for it. */
  readonly url: string;
  /** Names may be repeated; blanks around a value don't count. */
  readonly headers?: Iterable<readonly [name: string, value: string]>;
  /** As in `region=eu,zone=a`: see `parseViewpoint`. */
  readonly from?: readonly string[];
}

export interface Ask {
  readonly asked: AskedRequest;
  readonly viewpoint: Viewpoint;
}

/** RFC 9110 §5.6.2: what a header's name and a method consist of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 §5.5, with the bytes that it calls obsolete. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether the URL can be asked about at all: what is wrong with it, the gateway says. */
export const isWholeUrl = (url: string): boolean => /^https?:\/\//i.test(url);

/** Whether a message may have such a header. */
export const isHeader = (name: string, value: string): boolean =>
  TOKEN.test(name) && FIELD_VALUE.test(value);

export function parseAsk({ method, url, headers = [], from = [] }: AskWords): Parsed<Ask> {
  const viewpoint = parseViewpoint(from);
  if (!viewpoint.ok) return refused(`from: ${viewpoint.problem}`);
  if (!TOKEN.test(method)) {
    return refused(`${JSON.stringify(method)} is not a method, such as GET`);
  }
  if (!isWholeUrl(url)) {
    return refused(
      `${JSON.stringify(url)} is not a whole URL, such as https://shop.example.com/cart`,
    );
  }
  const given: (readonly [string, string])[] = [];
  for (const [name, text] of headers) {
    const value = text.replace(/^[ \t]+|[ \t]+$/g, "");
    if (!isHeader(name, value)) {
      return refused(`${JSON.stringify(`${name}: ${text}`)} is no header, such as x-beta: yes`);
    }
    given.push([name.toLowerCase(), value]);
  }
  const { ip, place } = viewpoint.value;
  return parsed({
    asked: { method, url: withScheme(url), headers: given, ip, place },
    viewpoint: viewpoint.value,
  });
}

/** In lower case, as runtimes give it. */
const withScheme = (url: string): string =>
  url.replace(/^https?:/i, (scheme) => scheme.toLowerCase());
