/** HTTP/1.1 by hand, over one TCP connection: a test sends, and sees, exactly what it means to. */
import { Buffer } from "node:buffer";
import {
  type AddressInfo,
  connect as dial,
  createServer,
  type Server,
  type Socket,
} from "node:net";

export interface Head {
  /** The request line or the status line. */
  readonly start: string;
  readonly headers: Headers;
}

export const statusOf = ({ start }: Head): number => Number(start.split(" ")[1]);

export class Wire {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** Read from the socket, but not handed out yet. */
  #rest: Uint8Array<ArrayBufferLike> = new Uint8Array();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    socket.on("error", () => {});
  }

  /** Resolves once the bytes are in the kernel's hands; rejects if the other side is gone. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(data, (error) => error ? reject(error) : resolve());
    });
  }

  /** The next bytes; `null` at the other side's FIN. Rejects at its RST. */
  async next(): Promise<Uint8Array | null> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = new Uint8Array();
      return rest;
    }
    const { value, done } = await this.#chunks.next();
    return done ? null : value;
  }

  /** Everything up to and including `mark`. Rejects if the connection ends before. */
  async until(mark: string): Promise<string> {
    let text = "";
    while (true) {
      const chunk = await this.next();
      if (chunk === null) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
      text += Buffer.from(chunk).toString("latin1");
      const end = text.indexOf(mark);
      if (end < 0) continue;
      const taken = text.slice(0, end + mark.length);
      this.#rest = Buffer.from(text.slice(taken.length), "latin1");
      return taken;
    }
  }

  async head(): Promise<Head> {
    const [start = "", ...lines] = (await this.until("\r\n\r\n")).trimEnd().split("\r\n");
    const headers = new Headers(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    );
    return { start, headers };
  }

  /** Reads `bytes` bytes, or fewer if the connection ends before. @returns how many there were */
  async skip(bytes: number): Promise<number> {
    let read = 0;
    while (read < bytes) {
      const chunk = await this.next().catch(() => null);
      if (chunk === null) break;
      read += chunk.length;
    }
    return read;
  }

  /** Resolves when the other side has closed or reset the connection; what it still sends is dropped. */
  async gone(): Promise<void> {
    await this.skip(Infinity);
  }

  /** Says goodbye (FIN). */
  close(): void {
    this.#socket.destroy();
  }

  /** Hangs up (RST). */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

export const connect = (port: number): Promise<Wire> =>
  new Promise((resolve, reject) => {
    const socket = dial(port, "127.0.0.1", () => resolve(new Wire(socket)));
    socket.once("error", reject);
  });

/** Sends a request's head; `Host` is added. */
export async function request(port: number, head: string, body = ""): Promise<Wire> {
  const wire = await connect(port);
  const [start, ...headers] = head.split("\n").map((line) => line.trim());
  await wire.write([start, `Host: 127.0.0.1:${port}`, ...headers, "", body].join("\r\n"));
  return wire;
}

/** One chunk of a chunked body. */
export const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

export interface WireOrigin extends AsyncDisposable {
  readonly url: string;
  /** Requests whose head was read so far. */
  readonly hits: number;
}

/** An origin that serves one request a connection; the connection is closed after `serve`. */
export async function startWireOrigin(
  serve: (wire: Wire, head: Head) => Promise<void>,
): Promise<WireOrigin> {
  let hits = 0;
  const wires = new Set<Wire>();
  const served: Promise<void>[] = [];
  const server: Server = createServer((socket) => {
    const wire = new Wire(socket);
    wires.add(wire);
    served.push((async () => {
      try {
        const head = await wire.head();
        hits++;
        await serve(wire, head);
      } catch {
        // The gateway gave up, or never said anything: the test sees what it waits for.
      } finally {
        wire.close();
      }
    })());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get hits(): number {
      return hits;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const wire of wires) wire.close();
      await Promise.all([closed, ...served]);
    },
  };
}
