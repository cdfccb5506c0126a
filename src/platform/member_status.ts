/** What an isolate or a process says of itself to the fleet: who it is, and what its feed serves. */
import { groupAt } from "../fleet/groups.ts";
import type { MemberStatus } from "../fleet/port.ts";
import type { Locality } from "../plan/locality.ts";
import type { FeedStatus } from "../store/status.ts";

export interface Member {
  /** Random; another one after each start. */
  readonly id: string;
  readonly locality: Locality;
  readonly runtime: MemberStatus["runtime"];
}

/** Characters of an error's message: a status is kept by the thousand, and sent with every sync. */
const LONGEST_MESSAGE = 300;

export function memberStatus({ id, locality, runtime }: Member, feed: FeedStatus): MemberStatus {
  const { revision, activeSince, lastError } = feed;
  return {
    id,
    group: groupAt(locality),
    runtime,
    revision,
    since: activeSince,
    lastError: lastError && {
      code: lastError.code,
      message: cut(lastError.message),
      at: lastError.at,
    },
  };
}

const cut = (message: string): string =>
  message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message;
