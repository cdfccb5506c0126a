/** JSON and bytes in one body: the JSON on the first line, and after it what no JSON has to quote. */

export interface Framed<T> {
  readonly head: T;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const LINE_FEED = 10;

export const frame = (head: unknown, pieces: readonly Uint8Array<ArrayBuffer>[]): Blob =>
  new Blob([`${JSON.stringify(head)}\n`, ...pieces]);

/** Takes apart what `frame` has put together. @throws when it is not that */
export async function unframe<T>(message: Request | Response): Promise<Framed<T>> {
  const whole = new Uint8Array(await message.arrayBuffer());
  const end = whole.indexOf(LINE_FEED);
  const head = JSON.parse(new TextDecoder().decode(whole.subarray(0, Math.max(end, 0)))) as T;
  return { head, bytes: whole.subarray(end + 1) };
}
