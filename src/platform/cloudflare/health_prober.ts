/** The Durable Object that checks endpoints from one place, by its alarm. */
import type { CheckMemory } from "../../check/checker.ts";
import { checkSender } from "../../check/sender.ts";
import type { Notice } from "../../fleet/hub.ts";
import { Prober } from "../../fleet/prober.ts";
import { VOTE_TIMEOUT_MS } from "../../fleet/tallies.ts";
import { logError, logger } from "../log.ts";
import { atOnce } from "./at_once.ts";
import {
  answer,
  ask,
  namespaceOf,
  type ObjectContext,
  objectNamed,
  type ObjectStorage,
} from "./durable_object.ts";
import { type Env, textOf } from "./env.ts";
import { FLEET_BINDING, HUB_NAME, type WakeQuestion } from "./fleet_questions.ts";
import { workerPlatform } from "./platform.ts";
import { policyFeed } from "./policy_feed.ts";
import { settingsOf } from "./settings.ts";

/** Six connections may wait for headers; one is left for votes and for the policy. */
const MOST_CHECKS = 5;

/** More would not fit into one stored value of 2 MB. */
const MOST_REMEMBERED = 10_000;

/** After a turn that failed, the next one; milliseconds. */
const AGAIN_MS = 5_000;

const PLACE = "place";
const MEMORY = "memory";

// deno-lint-ignore no-console
const log = logger((line) => console.log(line), () => Date.now());

export class HealthProber {
  readonly #storage: ObjectStorage;
  readonly #env: Env;
  /** `null`: nobody has said yet where this is. */
  #prober: Prober | null = null;

  constructor(context: ObjectContext, env: Env) {
    this.#storage = context.storage;
    this.#env = env;
    void context.blockConcurrencyWhile(async () => {
      const stored = await context.storage.list();
      const place = stored.get(PLACE) as string | undefined;
      const memory = stored.get(MEMORY) as readonly CheckMemory[] | undefined;
      if (place !== undefined) this.#prober = this.#start(place, memory ?? []);
    });
  }

  fetch(request: Request): Promise<Response> {
    return answer(request, {
      "/wake": ({ place, notice }: WakeQuestion) => {
        if (this.#prober === null) {
          void this.#storage.put({ [PLACE]: place });
          this.#prober = this.#start(place, []);
        }
        this.#prober.hear(notice);
      },
    });
  }

  /** A turn that fails is no reason to stop: nobody else would begin again for a while. */
  async alarm(): Promise<void> {
    try {
      await this.#prober?.turn();
    } catch (error) {
      log(logError("health_checks_failed", error));
      await this.#storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  #start(place: string, memory: readonly CheckMemory[]): Prober {
    const [env, storage] = [this.#env, this.#storage];
    const platform = workerPlatform(env);
    // The isolates follow the same store: they keep and log what there is to be kept and logged.
    const feed = policyFeed(env, { isReadOnly: true, log: () => {} });
    const hubs = namespaceOf(env, FLEET_BINDING);
    return new Prober({
      place,
      send: atOnce(MOST_CHECKS, checkSender(platform, () => new Headers())),
      secret: (name) => textOf(env, name) ?? null,
      look: async () => {
        await feed.refresh();
        return feed.active?.plan ?? null;
      },
      lookEveryMs: settingsOf(env).refreshMs,
      vote: (ballot) =>
        hubs === null
          ? Promise.resolve(null)
          : ask<Notice>(objectNamed(hubs, HUB_NAME), "/vote", ballot, VOTE_TIMEOUT_MS)
            .catch(() => null),
      remember: (memory) => stored(storage.put({ [MEMORY]: memory.slice(0, MOST_REMEMBERED) })),
      wakeAt: (atMs) => stored(atMs === null ? storage.deleteAlarm() : storage.setAlarm(atMs)),
      now: platform.now,
      random: platform.random,
    }, memory);
  }
}

/** A write that fails ends the object by itself: the hub wakes the next one when it hears no votes. */
const stored = (writing: Promise<void>): void => void writing.catch(() => {});
