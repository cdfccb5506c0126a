/** What a browser sends along: twelve headers with `Host`, the sticky cookie among them. */
export const browserHeaders = (host: string, caller: string): Record<string, string> => ({
  "host": host,
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9,de;q=0.8",
  "cache-control": "no-cache",
  "cookie": `session=9f8e7d6c5b4a39281706f5e4d3c2b1a0; limen=${caller}; theme=dark`,
  "referer": `http://${host}/pages/page-4`,
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
  "upgrade-insecure-requests": "1",
});
