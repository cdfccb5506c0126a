/** The gates of all clusters with a capacity. They outlive a change of the policy. */
import type { Plan } from "../plan/plan.ts";
import { CapacityGate } from "./gate.ts";
import type { CapacityAsk, CapacityGrant } from "./lease.ts";

export class CapacityGates {
  #byName: ReadonlyMap<string, CapacityGate> = new Map();
  #dueMs = Infinity;

  /** @param member this isolate or process: a new name each time it starts */
  constructor(readonly member: string) {}

  /** Keeps the gates of clusters that stay, drops the others. New ones ask before their first request. */
  adopt(plan: Plan): void {
    const byName = new Map<string, CapacityGate>();
    for (const { name, capacity } of plan.clusters) {
      if (capacity === null) continue;
      const gate = this.#byName.get(name) ?? new CapacityGate(name, capacity, this.member);
      gate.changeRate(capacity);
      byName.set(name, gate);
    }
    this.#byName = byName;
    this.#look();
  }

  /**
   * Whether a request may go to a cluster; it counts as gone if so. By name, for a request may have
   * begun under a policy before the one last adopted.
   */
  admit(cluster: string, nowMs: number): boolean {
    const gate = this.#byName.get(cluster);
    if (gate === undefined) return true;
    const admitted = gate.admit(nowMs);
    if (gate.dueMs < this.#dueMs) this.#dueMs = gate.dueMs;
    return admitted;
  }

  /** What `admit` would say, counting nothing. */
  hasRoom(cluster: string, nowMs: number): boolean {
    return this.#byName.get(cluster)?.hasRoom(nowMs) ?? true;
  }

  /** When `asks` may next have something to say, milliseconds since the epoch; `Infinity`: not before the next request. */
  nextAskMs(): number {
    return this.#dueMs;
  }

  /** What to ask the fleet now. Each call is followed by `granted` or `failed`. */
  asks(nowMs: number): CapacityAsk[] {
    const asks: CapacityAsk[] = [];
    if (nowMs < this.#dueMs) return asks;
    for (const gate of this.#byName.values()) {
      const ask = gate.ask(nowMs);
      if (ask !== null) asks.push(ask);
    }
    this.#look();
    return asks;
  }

  /** @param asks what was asked: those that `grants` leaves out have failed */
  granted(asks: readonly CapacityAsk[], grants: readonly CapacityGrant[], nowMs: number): void {
    for (const grant of grants) this.#byName.get(grant.cluster)?.granted(grant, nowMs);
    const answered = new Set(grants.map(({ cluster }) => cluster));
    this.failed(asks.filter(({ cluster }) => !answered.has(cluster)), nowMs);
  }

  /** None of `asks` was decided. */
  failed(asks: readonly CapacityAsk[], nowMs: number): void {
    for (const ask of asks) this.#byName.get(ask.cluster)?.failed(ask, nowMs);
    this.#look();
  }

  #look(): void {
    let dueMs = Infinity;
    for (const gate of this.#byName.values()) dueMs = Math.min(dueMs, gate.dueMs);
    this.#dueMs = dueMs;
  }
}
