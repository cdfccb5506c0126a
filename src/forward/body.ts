/**
 * A request's body for as many tries as it can serve. Small bodies are read
 * whole before the first try. Large ones are handed on as the platform has
 * them, once: that keeps their length and costs next to nothing a byte. Those
 * of unknown length stream through; what has been read so far is kept up to a
 * limit, and as long as that is everything, a further try can start over.
 */
import type { IncomingBody, OutgoingBody } from "../model/platform.ts";

export interface Body {
  /** For one more try. If not `repeatable`, only for the first, or if nothing was read since. */
  open(): OutgoingBody | null;
  readonly repeatable: boolean;
  /** The client broke off: what the upstream made of it says nothing about the upstream. */
  readonly broken: boolean;
  /** Resolves when the client has sent all of it; `null`: it has. */
  readonly received: Promise<void> | null;
  /** Bytes that may still be on their way without `received` telling; their time is not the upstream's. */
  readonly unseenBytes: number;
}

const whole = { repeatable: true, broken: false, received: null, unseenBytes: 0 } as const;

/** @param keepBytes what may be held in memory for further tries; 0: nothing */
export async function bodyOf(incoming: IncomingBody | null, keepBytes: number): Promise<Body> {
  if (incoming === null) return { ...whole, open: () => null };
  const { length } = incoming;
  if (length === null) return new RecordedBody(incoming, keepBytes);
  if (length > keepBytes) {
    const open = (): OutgoingBody => ({ kind: "stream", stream: incoming.stream(), length });
    return { ...whole, open, repeatable: false, unseenBytes: length };
  }
  const bytes = await incoming.bytes();
  return { ...whole, open: () => ({ kind: "bytes", bytes }) };
}

class RecordedBody implements Body {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #keepBytes: number;
  readonly #received = Promise.withResolvers<void>();
  /** What has been read, from the first byte on; empty once it was too much. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #ended = false;
  #reading: Promise<Uint8Array | null> | null = null;
  repeatable = true;
  broken = false;
  readonly received = this.#received.promise;
  readonly unseenBytes = 0;

  constructor(incoming: IncomingBody, keepBytes: number) {
    this.#reader = incoming.stream().getReader();
    this.#keepBytes = keepBytes;
  }

  open(): OutgoingBody {
    let next = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        let chunk = this.#kept[next++] ?? null;
        if (chunk === null && !this.#ended) chunk = await this.#read();
        // A try that was given up meanwhile has closed its stream; the chunk is kept for the next.
        try {
          if (chunk === null) controller.close();
          // A copy, because the reader of the stream may take the buffer over.
          else controller.enqueue(this.repeatable ? chunk.slice() : chunk);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
        }
      },
    }, { highWaterMark: 0 });
    return { kind: "stream", stream, length: null };
  }

  /** One more chunk from the client; `null` at the end. Two tries never read at once. */
  #read(): Promise<Uint8Array | null> {
    this.#reading ??= this.#reader.read().then(({ done, value }) => {
      this.#reading = null;
      if (!done) {
        this.#keep(value);
        return value;
      }
      this.#ended = true;
      this.#received.resolve();
      return null;
    }, (error) => {
      this.broken = true;
      throw error;
    });
    return this.#reading;
  }

  #keep(chunk: Uint8Array): void {
    if (!this.repeatable) return;
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > this.#keepBytes) {
      this.repeatable = false;
      this.#kept = [];
    } else this.#kept.push(chunk);
  }
}
