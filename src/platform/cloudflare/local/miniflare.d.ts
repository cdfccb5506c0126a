/**
 * The part of miniflare that is used here. Its own types bring those of Workers into the global
 * scope, where they change what `fetch` and `Response` are for every other file.
 */

export enum LogLevel {
  ERROR = 1,
}

export class Log {
  constructor(level: LogLevel);
}

export interface MiniflareOptions {
  readonly host: string;
  readonly port: number;
  readonly cf: false;
  readonly log: Log;
  readonly logRequests: boolean;
  readonly enableDevRegistry: boolean;
  readonly resourcePersistencePath?: string;
  readonly workers: readonly {
    readonly config: Readonly<Record<string, unknown>>;
    readonly dev: Readonly<Record<string, unknown>>;
  }[];
}

export class Miniflare {
  constructor(options: MiniflareOptions);
  readonly ready: Promise<URL>;
  getKVNamespace(binding: string): Promise<unknown>;
  dispose(): Promise<void>;
}
