/**
 * How traffic is spread over priority levels by their health: Envoy's priority
 * load, in Envoy's integer arithmetic (`load_balancer_impl`).
 */

/** The health of one level, in numbers of endpoints. */
export interface LevelHealth {
  /** All of them. */
  readonly hosts: number;
  /** Of `hosts`: those that count neither as there nor as missing. */
  readonly excluded: number;
  readonly healthy: number;
  readonly degraded: number;
  /** Percent, at least 100: how much more than its part a level can carry. */
  readonly overprovisioning: number;
}

/** What one level takes. The loads of all levels add up to 100, or to 0 if nothing can be served. */
export interface LevelLoad {
  /** Percent of the traffic for the level's healthy endpoints; in panic, for all its endpoints. */
  readonly healthy: number;
  /** Percent of the traffic for the level's degraded endpoints. */
  readonly degraded: number;
  /** Health is ignored inside this level. */
  readonly panic: boolean;
}

/**
 * The load of each level, the most preferred first.
 *
 * Higher levels take all they can carry; what they can't, spills to the next.
 * Degraded endpoints of every level come after the healthy ones of every level.
 *
 * @param panicThreshold percent; a level with fewer available endpoints
 *   ignores health, unless all levels together can carry everything. 0: never
 */
export function priorityLoads(
  levels: readonly LevelHealth[],
  panicThreshold: number,
): LevelLoad[] {
  const health = levels.map((level) => availability(level, level.healthy));
  const degraded = levels.map((level) => availability(level, level.degraded));
  const total = Math.min(100, sum(health) + sum(degraded));

  const panics = levels.map((level) =>
    total < 100 &&
    100 * (level.healthy + level.degraded) < panicThreshold * Math.max(counted(level), 1)
  );
  if (panics.length > 0 && panics.every(Boolean)) return totalPanic(levels);

  const healthyLoads = new Array<number>(levels.length).fill(0);
  const degradedLoads = new Array<number>(levels.length).fill(0);
  let remaining = 100;
  for (const [of, loads] of [[health, healthyLoads], [degraded, degradedLoads]] as const) {
    for (let i = 0; i < levels.length; i++) {
      const load = total === 0 ? 0 : Math.min(remaining, Math.floor((of[i]! * 100) / total));
      loads[i] = load;
      remaining -= load;
    }
  }
  // What the floors left over, and everything where so few are up that a level's health is
  // floored to 0 (one endpoint of 200), goes to the first level that has anyone.
  const heir = firstAbove(total > 0 ? health : levels.map((level) => level.healthy));
  const degradedHeir = firstAbove(total > 0 ? degraded : levels.map((level) => level.degraded));
  if (heir !== undefined) healthyLoads[heir]! += remaining;
  else if (degradedHeir !== undefined) degradedLoads[degradedHeir]! += remaining;

  return levels.map((_, i) => ({
    healthy: healthyLoads[i]!,
    degraded: degradedLoads[i]!,
    panic: panics[i]!,
  }));
}

const counted = ({ hosts, excluded }: LevelHealth): number => hosts - excluded;

/** Percent of its share that `count` of the level's endpoints can carry, 0 to 100. */
function availability(level: LevelHealth, count: number): number {
  const hosts = counted(level);
  return hosts === 0 ? 0 : Math.min(100, Math.floor((level.overprovisioning * count) / hosts));
}

/** Nobody is well enough anywhere: every level by all its endpoints, health ignored. */
function totalPanic(levels: readonly LevelHealth[]): LevelLoad[] {
  const hosts = sum(levels.map((level) => level.hosts));
  const loads = levels.map((level) => hosts === 0 ? 0 : Math.floor((100 * level.hosts) / hosts));
  const first = firstAbove(levels.map((level) => level.hosts));
  if (first !== undefined) loads[first]! += 100 - sum(loads);
  return loads.map((load) => ({ healthy: load, degraded: 0, panic: true }));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function firstAbove(numbers: readonly number[]): number | undefined {
  const index = numbers.findIndex((number) => number > 0);
  return index < 0 ? undefined : index;
}
