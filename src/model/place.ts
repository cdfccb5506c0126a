/** What a platform itself knows of a client's place: its words, not checked. */
export interface PlatformPlace {
  /** Two letters (ISO 3166-1), or Cloudflare's "T1" for Tor and "XX" for unknown. */
  readonly country: string | null;
  /** Decimal degrees. */
  readonly latitude: string | null;
  readonly longitude: string | null;
}
