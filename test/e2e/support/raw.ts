/** An HTTP/1.1 client that sends exactly the bytes it is given, however wrong they are. */

export interface RawAnswer {
  readonly status: number;
  /** In the order received; names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  /** Each byte as one character. */
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Each character as one byte. */
  readonly target?: string;
  /** `Host: limen.test` and `Connection: close` are added if absent; `null` leaves Host out. */
  readonly host?: string | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** No answer is waited for longer: a case that expects none must not hang. */
const PATIENCE_MS = 5_000;

/** Sends `text`, each character as one byte, and gives all that came back until the close. */
export async function talk(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.close(), PATIENCE_MS);
  let received = "";
  try {
    await writeAll(connection, Uint8Array.from(text, (char) => char.charCodeAt(0)));
    const buffer = new Uint8Array(65_536);
    for (let n; (n = await connection.read(buffer)) !== null;) {
      received += bytesToText(buffer.subarray(0, n));
    }
  } catch {
    // Reset, or out of patience: what has been received counts.
  }
  clearTimeout(timer);
  try {
    connection.close();
  } catch {
    // Closed by the timer.
  }
  return received;
}

/** One request on a connection of its own. @throws if the answer is none */
export async function rawRequest(port: number, request: RawRequest = {}): Promise<RawAnswer> {
  const received = await talk(port, requestText(request));
  const [answer] = parseAnswers(received, request.method === "HEAD")
    .filter(({ status }) => status >= 200);
  if (answer === undefined) throw new Error(`no answer, but: ${JSON.stringify(received)}`);
  return answer;
}

export function requestText(request: RawRequest): string {
  const { method = "GET", target = "/", host = "limen.test", headers = [], body = "" } = request;
  const given = headers.some(([name]) => name.toLowerCase() === "connection");
  return [
    `${method} ${target} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(given ? [] : ["Connection: close"]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n");
}

/** Every answer in what a connection brought, interim ones (1xx) too. */
export function parseAnswers(received: string, toHead = false): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = received; rest.startsWith("HTTP/1.");) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) break;
    const [statusLine, ...lines] = rest.slice(0, end).split("\r\n");
    const status = Number(statusLine!.split(" ")[1]);
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const bodiless = toHead || status < 200 || status === 204 || status === 304;
    const [body, after] = bodiless
      ? ["", rest.slice(end + 4)]
      : bodyOf(headers, rest.slice(end + 4));
    answers.push({ status, headers, body });
    rest = after;
  }
  return answers;
}

/** All values of a header, in order. */
export const valuesOf = ({ headers }: RawAnswer, name: string): string[] =>
  headers.filter(([known]) => known === name).map(([, value]) => value);

/** Values joined with ", "; `null` if there are none. */
export function valueOf(answer: RawAnswer, name: string): string | null {
  const values = valuesOf(answer, name);
  return values.length === 0 ? null : values.join(", ");
}

function bodyOf(headers: RawAnswer["headers"], rest: string): [body: string, after: string] {
  const get = (name: string): string | undefined => headers.find(([known]) => known === name)?.[1];
  if (get("transfer-encoding")?.toLowerCase() === "chunked") return dechunk(rest);
  const length = get("content-length");
  if (length === undefined) return [rest, ""];
  return [rest.slice(0, Number(length)), rest.slice(Number(length))];
}

function dechunk(text: string): [body: string, after: string] {
  let body = "";
  for (let rest = text;;) {
    const line = rest.indexOf("\r\n");
    const size = parseInt(rest.slice(0, line), 16);
    if (line < 0 || !(size > 0)) return [body, rest.slice(rest.indexOf("\r\n\r\n") + 4)];
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 4 + size);
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function bytesToText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
