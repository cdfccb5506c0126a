/** IP addresses as they stand in headers: with or without a port, brackets around IPv6. */

/** @returns the address alone; `null` if there is none, as in "unknown" (RFC 7239 §6.2) */
export function addressIn(written: string): string | null {
  if (IPV6.test(written)) return written;
  return (IPV4.exec(written) ?? BRACKETED.exec(written))?.[1] ?? null;
}

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^(${OCTET}(?:\.${OCTET}){3})(?::\d{1,5})?$`);
/** At least two colons. Nothing else looks like it: whether it can exist shows when it is compared. */
const IPV6 = /^(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]{2,45}$/;
const BRACKETED = /^\[([0-9A-Fa-f:.]{2,45})\](?::\d{1,5})?$/;
