/** Text beyond ASCII in a header: senders put UTF-8 there, some runtimes hand it on byte by byte. */

/** The text that was meant: UTF-8 if it is that, else as the runtime gives it. */
export function headerText(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  try {
    const bytes = Uint8Array.from(value, (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}
