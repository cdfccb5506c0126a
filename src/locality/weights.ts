/** How a level's traffic is shared among its localities: Envoy's locality weights. */

/** One locality of one level, in numbers of endpoints. */
export interface LocalityHealth {
  /** 0 or more; 0 is never picked. */
  readonly weight: number;
  readonly hosts: number;
  /** Of `hosts`, those that count neither as there nor as missing (not yet checked). */
  readonly excluded: number;
  readonly healthy: number;
  readonly degraded: number;
}

/** Parts of a level's traffic by locality, in the order given; they add up to 1. */
export type Schedule = readonly number[];

/**
 * Which schedule holds is decided before, by the level's loads. `null`: no locality is picked, but
 * an endpoint from all of the level that are of this kind.
 */
export interface LocalitySchedules {
  readonly healthy: Schedule | null;
  readonly degraded: Schedule | null;
}

/**
 * Each weight is scaled by what the locality can carry: share = eff / Σeff with
 * eff = weight × min(100, overprovisioning × available / (hosts − excluded)), in double precision,
 * not floored as a level's health is. A panicking level does not use the schedules.
 *
 * @param overprovisioning percent, at least 100
 * @see Envoy `HostSetImpl::effectiveLocalityWeight`
 */
export function localitySchedules(
  localities: readonly LocalityHealth[],
  overprovisioning: number,
): LocalitySchedules {
  const schedule = (of: "healthy" | "degraded"): Schedule | null => {
    const effective = localities.map((locality) => {
      const hosts = locality.hosts - locality.excluded;
      return hosts <= 0
        ? 0
        : locality.weight * Math.min(100, (overprovisioning * locality[of]) / hosts);
    });
    const total = effective.reduce((a, b) => a + b, 0);
    return total > 0 ? effective.map((weight) => weight / total) : null;
  };
  return { healthy: schedule("healthy"), degraded: schedule("degraded") };
}
