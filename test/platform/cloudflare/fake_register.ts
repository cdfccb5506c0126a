/** The register on a storage and a Workers KV in memory, both of which fail, and end, on demand. */
import { registerOutlet } from "../../../src/platform/cloudflare/register_outlet.ts";
import { MAX_STAMP_BYTES, SETTLE_MS } from "../../../src/platform/cloudflare/kv_namespace.ts";
import { registerStorage } from "../../../src/platform/cloudflare/register_storage.ts";
import { activationOf, type ActivationSource } from "../../../src/store/history.ts";
import { pack, unpack } from "../../../src/store/packed.ts";
import type { StoreFailure } from "../../../src/store/port.ts";
import { identityOf } from "../../../src/store/register/identity.ts";
import { Register, type RegisterAnswer } from "../../../src/store/register/register.ts";
import { parseStamp, type Stamp } from "../../../src/store/stamp.ts";
import { versionOf } from "../../../src/store/version.ts";
import { revisionOfText } from "../../store/fakes.ts";
import { FakeKv } from "./fake_kv.ts";
import { FakeStorage } from "./fake_objects.ts";

export interface WorldOptions {
  readonly kept?: number;
  readonly kv?: FakeKv;
}

export class RegisterWorld {
  readonly kv: FakeKv;
  readonly storage = new FakeStorage();
  readonly clock = { ms: Date.UTC(2026, 10, 20, 12) };
  readonly failures: StoreFailure[] = [];
  readonly slept: number[] = [];
  register: Register;
  /** Asked before every step of storage or KV: what it shall throw, or "end" for its last one. */
  onStep: (step: string) => Error | "end" | null = () => null;
  /** Whether whoever has pushed waits for KV, however long that takes. */
  isPatient = true;
  /** Awaited before and after each step. */
  delay: (step: string) => Promise<void> = () => Promise.resolve();
  readonly #kept: number;
  #life = new Life();

  constructor({ kept = 100, kv = new FakeKv() }: WorldOptions = {}) {
    this.kv = kv;
    this.#kept = kept;
    this.register = this.#begin();
  }

  /** Ends the object, whatever it is about to do, and begins it anew on what it has stored. */
  restart(): void {
    this.#life.end();
    this.register = this.#begin();
  }

  get hasEnded(): boolean {
    return this.#life.hasEnded;
  }

  async push(
    text: string,
    { ifRevision = null, source = "push" }: {
      ifRevision?: string | null;
      source?: ActivationSource;
    } = {},
  ): Promise<RegisterAnswer> {
    // Should it end meanwhile, the one after it has never heard of this.
    const { register } = this;
    const revision = await revisionOfText(text);
    const stamp = { revision, fingerprint: "v1", at: this.now() };
    return await register.push(
      { stamp, ifRevision, source, findings: [] },
      await pack(text),
    );
  }

  /** What comes of `work`; `null` if the object ends before that. */
  heard<T>(work: Promise<T>): Promise<T | null> {
    return Promise.race([work, this.#life.over.then(() => null)]);
  }

  /** As `wrangler kv key put` does; with a stamp, as another program does. */
  async put(text: string, stamp: Stamp | null = null): Promise<void> {
    const { fail } = this.kv;
    this.kv.fail = () => null;
    await this.kv.put("policy", text, stamp === null ? {} : { metadata: stamp });
    this.kv.fail = fail;
  }

  /** What an isolate does that finds a document which it has to tell the register of. */
  async adopt(): Promise<StoreFailure | null> {
    const { register } = this;
    const { text, stamp } = this.inForce()!;
    const revision = await revisionOfText(text);
    const put = stamp ?? { revision, fingerprint: "v1", at: this.now() };
    const activation = activationOf(put, stamp === null ? "put" : "push", []);
    const document = { text, stamp, version: versionOf(stamp) };
    return await register.adopt(await identityOf(document), activation);
  }

  /** Lets time pass and alarms ring until nothing is left to be done. */
  async settle(): Promise<void> {
    for (let rings = 0; rings < 50 && this.storage.alarmMs !== null; rings++) {
      this.clock.ms = Math.max(this.clock.ms, this.storage.alarmMs);
      this.storage.alarmMs = null;
      await this.register.wake();
    }
    this.clock.ms += SETTLE_MS;
  }

  /** Revisions, newest first. */
  async revisions(): Promise<readonly string[]> {
    const read = await this.register.history();
    if (read.kind === "failed") throw new Error(read.failure.message);
    return read.activations.map(({ revision }) => revision);
  }

  /** `null`: it is not there, or not whole. */
  async textOf(revision: string): Promise<string | null> {
    const document = await this.register.document(revision);
    if (document.kind === "elsewhere") {
      return this.kv.entries.get(`history/${revision}`)?.value ?? null;
    }
    return document.kind === "document" ? await unpack(document.pieces, document.ref) : null;
  }

  /** What KV holds as the policy. */
  inForce(): { readonly text: string; readonly stamp: Stamp | null } | null {
    const entry = this.kv.entries.get("policy");
    return entry === undefined ? null : { text: entry.value, stamp: parseStamp(entry.metadata) };
  }

  now(): string {
    return new Date(this.clock.ms).toISOString();
  }

  #begin(): Register {
    const life = new Life();
    this.#life = life;
    const now = (): number => this.clock.ms;
    const sleep = (ms: number): Promise<void> => {
      this.slept.push(ms);
      return Promise.resolve();
    };
    const world: World = {
      life,
      onStep: (step) => this.onStep(step),
      delay: (step) => this.delay(step),
    };
    return new Register({
      storage: mortal(registerStorage(this.storage), "storage", world),
      outlet: registerOutlet(
        mortal(
          this.kv,
          "kv",
          world,
          (first) => ` ${typeof first === "string" ? first : (first as { prefix: string }).prefix}`,
        ),
        { sleep },
      ),
      limits: { kept: this.#kept, maxStampBytes: MAX_STAMP_BYTES },
      settleMs: SETTLE_MS,
      now,
      atMost: (_, work) => this.isPatient ? work : Promise.resolve(null),
      onFailure: (failure) => void this.failures.push(failure),
    });
  }
}

class Life {
  hasEnded = false;
  readonly #over = Promise.withResolvers<void>();
  readonly over = this.#over.promise;

  end(): void {
    this.hasEnded = true;
    this.#over.resolve();
  }
}

interface World {
  readonly life: Life;
  readonly onStep: (step: string) => Error | "end" | null;
  readonly delay: (step: string) => Promise<void>;
}

/** `target`, of which no operation does or tells anything any more once its life has ended. */
function mortal<T extends object>(
  target: T,
  name: string,
  { life, onStep, delay }: World,
  detail: (first: unknown) => string = () => "",
): T {
  type Operation = (...args: unknown[]) => Promise<unknown>;
  const never = new Promise<never>(() => {});
  return new Proxy(target, {
    get: (_, method: string) => async (...args: unknown[]): Promise<unknown> => {
      const step = `${name} ${method}${detail(args[0])}`;
      await delay(step);
      if (life.hasEnded) return await never;
      const fate = onStep(step);
      if (fate instanceof Error) throw fate;
      const done = await (target as Record<string, Operation>)[method]!(...args);
      if (fate === "end") life.end();
      await delay(step);
      return life.hasEnded ? await never : done;
    },
  });
}
