/** Answers so small that holding them costs less than watching them pass. */

/** Such a body mostly came with its headers. */
const SMALL_BYTES = 64 * 1024;

export class HeldBody {
  readonly #response: Response;
  /** `null` until it has been read. */
  bytes: Uint8Array<ArrayBuffer> | null = null;

  constructor(response: Response) {
    this.#response = response;
  }

  /**
   * Reads the body whole. @returns whether all of it came; `null`: it is not small,
   * not there, or would not come out as it went in
   *
   * @param onChunk called with each part that has come; `null`: nobody wants to know
   */
  hold(onChunk: (() => void) | null): Promise<boolean> | null {
    const { body, headers } = this.#response;
    const length = headers.get("content-length");
    if (body === null || length === null || Number(length) > SMALL_BYTES) return null;
    if (headers.has("content-encoding")) return null;
    const whole = onChunk === null ? this.#response.arrayBuffer() : gathered(body, onChunk);
    return whole.then((buffer) => {
      this.bytes = new Uint8Array(buffer);
      return true;
    }, () => false);
  }
}

async function gathered(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void,
): Promise<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
    onChunk();
  }
  return await new Blob(chunks).arrayBuffer();
}
