/**
 * What one deployment knows together, where one place keeps it for all. Without storage, clock or
 * network of its own.
 */
import { murmur3 } from "../balance/hash.ts";
import type { EndpointName } from "../health/registry.ts";
import { keyOf } from "./endpoint_key.ts";
import type {
  FleetReport,
  FleetState,
  HeardStatus,
  SharedEjection,
  SharedVerdict,
} from "./port.ts";
import { Roster } from "./roster.ts";
import { Statuses } from "./statuses.ts";
import { Tallies } from "./tallies.ts";

/** All that one prober has to say of the endpoints that it checks. */
export interface Ballot {
  /** The prober's place. */
  readonly from: string;
  /** Of the policy that it follows; `null`: it has none. */
  readonly revision: string | null;
  readonly verdicts: readonly SharedVerdict[];
  /** Endpoints of `Notice.ejected` that its checks have found well since. */
  readonly well: readonly EndpointName[];
}

/** What probers have to hear of the isolates' findings. */
export interface Notice {
  /** Clusters that have had requests: they are checked more often. */
  readonly busy: readonly string[];
  /** Ejected by outlier detection: a check that finds one well is to be told. */
  readonly ejected: readonly EndpointName[];
  /** They have said, in an answer to a client, that they are out. */
  readonly takenOut: readonly EndpointName[];
}

/** What has to outlive the process, by key. */
export type HubMemory = ReadonlyMap<string, unknown>;

const DRAINED = "drained";
const EJECTIONS = "ejections";
const VOTES_PREFIX = "votes/";

/** More would not fit into one stored value of 2 MB. */
const MOST_STORED = 10_000;

interface Ejected {
  readonly ejection: SharedEjection;
  /** Places whose checks have found the endpoint well since. */
  readonly well: ReadonlySet<string>;
}

export class Hub {
  readonly #places: readonly string[];
  readonly #roster: Roster;
  readonly #tallies: Tallies;
  /** No part of the state, which isolates wait for, and not stored: members say it again. */
  readonly #statuses = new Statuses();
  readonly #drained: Set<string>;
  readonly #ejected: Map<string, Ejected>;
  /** Names of clusters that have had requests. */
  readonly #busy = new Set<string>();
  readonly #unsaved = new Map<string, unknown>();
  #state: FleetState | null = null;
  /** When `#state` may be another, should no vote be renewed; milliseconds since the epoch. */
  #staleMs = Infinity;

  /**
   * @param places where probers check from, at least one; more than half of them decide
   * @param memory all that `takeUnsaved` gave before
   */
  constructor(places: readonly string[], memory: HubMemory, nowMs: number) {
    this.#places = places;
    this.#roster = new Roster(places);
    this.#tallies = new Tallies(places.length);
    this.#drained = new Set(memory.get(DRAINED) as string[] | undefined);
    const ejections = (memory.get(EJECTIONS) ?? []) as SharedEjection[];
    this.#ejected = new Map(
      ejections.map((ejection) => [keyOf(ejection), { ejection, well: new Set<string>() }]),
    );
    for (const place of places) {
      // As if cast now: its prober may have had no chance to renew them.
      const verdicts = memory.get(VOTES_PREFIX + place) as SharedVerdict[] | undefined;
      this.#tallies.take(place, verdicts ?? [], nowMs);
    }
  }

  /** Takes what an isolate has found. @returns what all probers have to hear; `null`: nothing */
  report({ busy, ejections, takenOut, status }: FleetReport, nowMs: number): Notice | null {
    if (status !== null) this.#statuses.hear(status, nowMs);
    const news = busy.filter((name) => !this.#busy.has(name));
    for (const name of news) this.#busy.add(name);
    const longer = ejections.filter((one) => {
      const knownMs = this.#ejected.get(keyOf(one))?.ejection.untilMs ?? -Infinity;
      return one.untilMs > Math.max(knownMs, nowMs);
    });
    if (longer.length > 0) this.#eject(longer, nowMs);
    const isChecked = longer.some((one) => this.#tallies.has(one));
    if (news.length === 0 && takenOut.length === 0 && !isChecked) return null;
    return { ...this.notice(nowMs), takenOut };
  }

  /** What a prober that knows nothing has to hear. */
  notice(nowMs: number): Notice {
    const ejected = [...this.#ejected.values()]
      .filter(({ ejection }) => nowMs < ejection.untilMs)
      .map(({ ejection: { cluster, origin } }) => ({ cluster, origin }));
    return { busy: [...this.#busy], ejected, takenOut: [] };
  }

  drain(cluster: string, drained: boolean): void {
    if (drained === this.#drained.has(cluster)) return;
    if (drained) this.#drained.add(cluster);
    else this.#drained.delete(cluster);
    this.#changed(DRAINED, [...this.#drained]);
  }

  /** Takes a prober's word; of a place that is not among ours, nothing. */
  vote({ from, revision, verdicts, well }: Ballot, nowMs: number): void {
    if (!this.#roster.heard(from, revision, nowMs)) return;
    if (this.#tallies.take(from, verdicts, nowMs)) {
      this.#changed(VOTES_PREFIX + from, verdicts.slice(0, MOST_STORED));
    }
    for (const name of well) this.#foundWell(keyOf(name), from);
  }

  /** Places whose probers have to be told to begin: see `Roster.wake`. */
  wake(revision: string, all: boolean, nowMs: number): readonly string[] {
    return this.#roster.wake(revision, all, nowMs);
  }

  members(nowMs: number): readonly HeardStatus[] {
    return this.#statuses.all(nowMs);
  }

  state(nowMs: number): FleetState {
    if (this.#state === null || nowMs >= this.#staleMs) this.#state = this.#count(nowMs);
    return this.#state;
  }

  /** What has changed since it was last asked, to be stored by key. */
  takeUnsaved(): HubMemory {
    const unsaved = new Map(this.#unsaved);
    this.#unsaved.clear();
    return unsaved;
  }

  #count(nowMs: number): FleetState {
    const { verdicts, untilMs } = this.#tallies.count(nowMs);
    this.#staleMs = untilMs;
    const content = {
      drained: [...this.#drained].sort(),
      ejections: [...this.#ejected.keys()].sort().map((key) => this.#ejected.get(key)!.ejection),
      verdicts,
    };
    const text = JSON.stringify(content);
    return { version: `${murmur3(text)}.${murmur3(text, 1)}`, ...content };
  }

  #eject(ejections: readonly SharedEjection[], nowMs: number): void {
    for (const [key, { ejection }] of this.#ejected) {
      if (ejection.untilMs <= nowMs) this.#ejected.delete(key);
    }
    for (const ejection of ejections) {
      this.#ejected.set(keyOf(ejection), { ejection, well: new Set() });
    }
    this.#ejectionsChanged();
  }

  /** Ends an ejection (Envoy) once more than half of the places have found its endpoint well. */
  #foundWell(key: string, from: string): void {
    const ejected = this.#ejected.get(key);
    if (ejected === undefined) return;
    const well = new Set([...ejected.well, from]);
    if (2 * well.size <= this.#places.length) {
      this.#ejected.set(key, { ...ejected, well });
      return;
    }
    this.#ejected.delete(key);
    this.#ejectionsChanged();
  }

  #ejectionsChanged(): void {
    const ejections = [...this.#ejected.values()].map(({ ejection }) => ejection);
    this.#changed(EJECTIONS, ejections.slice(-MOST_STORED));
  }

  #changed(key: string, value: unknown): void {
    this.#unsaved.set(key, value);
    this.#state = null;
  }
}
