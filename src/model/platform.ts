/**
 * What the gateway needs from the runtime it runs on. Each platform fills these
 * ports once; nothing else in the core knows which one it is.
 */
import type { MutableHeaders } from "./headers.ts";
import type { PlatformPlace } from "./place.ts";

export interface Platform {
  /** Milliseconds since the epoch. On Workers it stands still between I/O. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** A random UUID. */
  uuid(): string;
  /** Calls back once after `ms`, 2³¹ − 1 at the most, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
  /** Sends one try upstream. Never rejects: a failure is a value. */
  send(request: UpstreamRequest): Promise<Answer | SendFailure>;
}

/** One request as it came in. */
export interface Exchange {
  readonly method: string;
  /** As the runtime gives it: raw, not normalised. */
  readonly url: string;
  /** Address of the other side of the connection; `null` where nobody knows. */
  readonly peer: string | null;
  /** A header's values joined with ", "; `null` if absent. `name` is in lower case. */
  header(name: string): string | null;
  /** A copy of all headers, to be changed for the upstream. */
  copyHeaders(): MutableHeaders;
  readonly body: IncomingBody | null;
  /** Calls back if the client goes away, as soon as the platform can tell, until the returned function is called. */
  onClientGone(callback: () => void): () => void;
  /**
   * Turns an upstream's answer into the client's response. `edit` changes the
   * headers; `deadline`, if given, ends a body that takes longer.
   */
  respond(
    answer: Answer,
    edit: (headers: MutableHeaders) => void,
    deadline: BodyDeadline | null,
  ): Response;
  /** Lets work go on behind the response. `work` never rejects. */
  later(work: Promise<void>): void;
  /** What the platform itself knows of where the client is. */
  readonly place: PlatformPlace | null;
}

export interface IncomingBody {
  /** From `Content-Length`; `null` if unknown until the end. */
  readonly length: number | null;
  /** All of it, for bodies that are small. Rejects if the client goes away. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** As it comes: the same stream at every call. */
  stream(): ReadableStream<Uint8Array>;
}

/** One try. */
export interface UpstreamRequest {
  readonly url: string;
  readonly method: string;
  /** Made by this platform's `copyHeaders`. */
  readonly headers: MutableHeaders;
  readonly body: OutgoingBody | null;
  /** Host to send; `null`: the URL's. Platforms that can't, send the URL's. */
  readonly host: string | null;
  /** Name of the platform binding to send through; `null`: the network. */
  readonly binding: string | null;
  /** Asks for a WebSocket (RFC 6455). */
  readonly upgrade: boolean;
  /**
   * The method may be carried out twice without harm (RFC 9110 §9.2.2), so a
   * transport that repeats by itself what a kept connection lost may do so.
   */
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
}

export type OutgoingBody =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `length` is known if the client said it. */
  | {
    readonly kind: "stream";
    readonly stream: ReadableStream<Uint8Array>;
    readonly length: number | null;
  };

/** An upstream's answer up to its headers. */
export interface Answer {
  readonly status: number;
  header(name: string): string | null;
  /** Gives up the body, so that the connection is free. */
  discard(): void;
  /**
   * Reads the body whole, if it is small enough to be held. @returns whether all of
   * it came; `null`: it has to be handed on as it comes
   *
   * @param onChunk called with each part that has come; `null`: nobody wants to know
   */
  hold(onChunk: (() => void) | null): Promise<boolean> | null;
}

export interface SendFailure {
  /**
   * `connect`: the connection was surely never made. `reset`: no answer, and it
   * is open what the upstream did. `aborted`: by the request's signal.
   */
  readonly failure: "connect" | "reset" | "aborted";
  /** Nothing of the request's body was read: the same body can be sent again. */
  readonly bodyUntouched: boolean;
}

export const isFailure = (sent: Answer | SendFailure): sent is SendFailure => "failure" in sent;

/** Ends an answer's body that takes too long. */
export interface BodyDeadline {
  /** When it has to be over; milliseconds since the epoch, or infinite. */
  readonly atMs: number;
  /** How long it may bring nothing; milliseconds, or infinite. */
  readonly idleMs: number;
  readonly abort: () => void;
}
