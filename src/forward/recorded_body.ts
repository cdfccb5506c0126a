/**
 * A body of unknown length. It streams through; what has been read so far is
 * kept up to a limit, and as long as that is everything, a further try can
 * start over.
 */
import type { OutgoingBody } from "../model/platform.ts";
import type { Body } from "./body.ts";

export class RecordedBody implements Body {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #keepBytes: number;
  /** All that has been read, until a try needs more than may be kept; then empty. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #reading: Promise<Uint8Array | null> | null = null;
  /** Tries so far: only the latest may read. */
  #tries = 0;
  #waiting: (waiting: boolean) => void = () => {};
  repeatable = true;
  readonly shareable = false;
  broken = false;
  received = false;
  readonly unseenBytes = 0;

  /** @param keepBytes a body that is larger can't be sent again */
  constructor(stream: ReadableStream<Uint8Array>, keepBytes: number) {
    this.#reader = stream.getReader();
    this.#keepBytes = keepBytes;
  }

  onWait(callback: (waiting: boolean) => void): void {
    this.#waiting = callback;
  }

  open(): OutgoingBody {
    const mine = ++this.#tries;
    let next = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      let chunk: Uint8Array | null = null;
      if (mine === this.#tries) {
        chunk = this.#kept[next++] ?? null;
        if (chunk === null && !this.received) chunk = await this.#read();
      }
      // Not closed: an upstream that is still reading must not take what it has for the whole.
      if (mine !== this.#tries) controller.error(new Error("another try has the body now"));
      else this.#hand(chunk, controller);
    };
    const stream = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
    return { kind: "stream", stream, length: null };
  }

  #hand(chunk: Uint8Array | null, to: ReadableStreamDefaultController<Uint8Array>): void {
    try {
      if (chunk === null) to.close();
      // A copy of what is kept, because the reader of the stream may take the buffer over.
      else to.enqueue(this.#kept.length > 0 ? chunk.slice() : chunk);
    } catch (error) {
      // A try that was given up has closed its stream; the chunk is kept for the next.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** One more chunk from the client; `null` at the end. Shared with a try that waited for it before. */
  #read(): Promise<Uint8Array | null> {
    if (this.#reading !== null) return this.#reading;
    // Not when it became too much: a try that started over before may not have had all of it.
    if (!this.repeatable) this.#kept = [];
    this.#waiting(true);
    this.#reading = this.#reader.read().then(({ done, value }) => {
      this.#reading = null;
      if (done) this.received = true;
      else if (this.repeatable) this.#keep(value);
      this.#waiting(false);
      return done ? null : value;
    }, (error) => {
      this.broken = true;
      throw error;
    });
    return this.#reading;
  }

  #keep(chunk: Uint8Array): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    this.repeatable = this.#keptBytes <= this.#keepBytes;
  }
}
