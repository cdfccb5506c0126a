/** A fleet's store that a test plays. */
import type { CapacityAsk, CapacityGrant } from "../../src/capacity/lease.ts";
import type {
  FleetFailure,
  FleetReport,
  FleetState,
  FleetStore,
  HeardStatus,
  MemberStatus,
} from "../../src/fleet/port.ts";

/** A member on Deno, in Frankfurt, that serves `r1`. */
export const statusOf = (spec: Partial<MemberStatus> = {}): MemberStatus => ({
  id: "m1",
  group: "eu/fra",
  runtime: "deno",
  revision: "r1",
  since: "2026-11-20T12:00:00.000Z",
  lastError: null,
  ...spec,
});

export const heardOf = (
  spec: Partial<HeardStatus> = {},
): HeardStatus => ({ ...statusOf(spec), seenAt: "2026-11-20T12:05:00.000Z", ...spec });

export const stateOf = (spec: Partial<FleetState> = {}): FleetState => ({
  version: "1",
  drained: [],
  ejections: [],
  verdicts: [],
  ...spec,
});

export class FakeFleetStore implements FleetStore {
  state = stateOf();
  /** Answers everything with this, while it is set. */
  failure: string | null = null;
  readonly reports: FleetReport[] = [];
  readonly known: (string | null)[] = [];
  heard: readonly HeardStatus[] = [];
  grant: ((ask: CapacityAsk) => CapacityGrant) | null = null;
  readonly asks: (readonly CapacityAsk[])[] = [];
  /** Each sync answers only after this. */
  gate: Promise<void> = Promise.resolve();

  async sync(
    report: FleetReport,
    known: string | null,
  ): Promise<FleetState | "unchanged" | FleetFailure> {
    this.known.push(known);
    const { state, failure } = this;
    await this.gate;
    if (failure !== null) return { failure };
    this.reports.push(report);
    return known === state.version ? "unchanged" : state;
  }

  drain(cluster: string, drained: boolean): Promise<FleetFailure | null> {
    if (this.failure !== null) return Promise.resolve({ failure: this.failure });
    const others = this.state.drained.filter((name) => name !== cluster);
    const names = drained ? [...others, cluster] : others;
    this.state = { ...this.state, version: `${this.state.version}+`, drained: names };
    return Promise.resolve(null);
  }

  members(): Promise<readonly HeardStatus[] | FleetFailure> {
    const { failure, heard } = this;
    return Promise.resolve(failure === null ? heard : { failure });
  }

  lease(asks: readonly CapacityAsk[]): Promise<readonly CapacityGrant[] | FleetFailure> {
    this.asks.push(asks);
    const { failure, grant } = this;
    if (failure !== null) return Promise.resolve({ failure });
    return Promise.resolve(grant === null ? [] : asks.map(grant));
  }
}
