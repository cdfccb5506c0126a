/** What `GET status` answers: what this gateway serves, and who else serves what. */
import { groupsOf, type MemberGroup } from "../src/fleet/groups.ts";
import type { FleetMember } from "../src/fleet/member.ts";
import { type HeardStatus, isFleetFailure } from "../src/fleet/port.ts";
import type { PolicyFeed } from "../src/store/feed.ts";
import type { FeedStatus } from "../src/store/status.ts";

export interface StatusAnswer extends FeedStatus {
  /** Of the fleet, by group and id; this one alone where the fleet can't be read. */
  readonly members: readonly HeardStatus[];
  readonly groups: readonly MemberGroup[];
  /** Why the fleet can't be read; absent: it can. */
  readonly fleetError?: string;
}

export interface StatusSources {
  readonly feed: Pick<PolicyFeed, "status">;
  readonly fleet: Pick<FleetMember, "members" | "ownStatus">;
}

/** Never fails: what is known here is worth an answer when the fleet can't be read. */
export async function statusAnswer({ feed, fleet }: StatusSources): Promise<StatusAnswer> {
  const heard = await fleet.members();
  const failed = isFleetFailure(heard);
  const members = failed ? [fleet.ownStatus] : heard;
  return {
    ...feed.status(),
    members,
    groups: groupsOf(members),
    ...(failed && { fleetError: heard.failure }),
  };
}
