/** A fleet of many members, seen as the places that they are in. */
import type { Locality } from "../plan/locality.ts";
import type { MemberStatus } from "./port.ts";

/** The members of one place on one runtime. */
export interface MemberGroup {
  /** "" where nobody knows. */
  readonly group: string;
  readonly runtime: MemberStatus["runtime"];
  readonly members: number;
  /** How many serve each revision; those that serve none stand under "". */
  readonly revisions: Readonly<Record<string, number>>;
  /** How many have something to complain about. */
  readonly errors: number;
}

/** The group of who is there: `region`, or `region/zone`. */
export const groupAt = ({ region, zone }: Locality): string =>
  zone === "" ? region : `${region}/${zone}`;

/** Sorted by group, then by runtime; revisions that more members serve come first. */
export function groupsOf(members: readonly MemberStatus[]): readonly MemberGroup[] {
  const groups = Map.groupBy(members, ({ group, runtime }) => `${group} ${runtime}`);
  return [...groups.values()]
    .map((members): MemberGroup => ({
      group: members[0]!.group,
      runtime: members[0]!.runtime,
      members: members.length,
      revisions: Object.fromEntries(countRevisions(members)),
      errors: members.filter(({ lastError }) => lastError !== null).length,
    }))
    .sort((a, b) => compare(a.group, b.group) || compare(a.runtime, b.runtime));
}

function countRevisions(members: readonly MemberStatus[]): [revision: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { revision } of members) {
    counts.set(revision ?? "", (counts.get(revision ?? "") ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
}

/** By code units: the same order on every machine. */
const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;
