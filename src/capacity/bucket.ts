/**
 * The coordinator's side of a cluster's capacity: one token bucket, part of which is in members'
 * hands. Pure: whoever keeps the state (a Durable Object; an entry of Deno KV with compare-and-set)
 * hands it in and stores what comes back.
 *
 * The rule that bounds the fleet: the bucket's level and all tokens that members may still hold are
 * together never more than its size. So whatever members do, and whenever answers arrive, tokens
 * spent in any t seconds are at most size + rate x t.
 */
import type { CapacityAsk, CapacityGrant } from "./lease.ts";
import {
  crowdOf,
  drawOf,
  heldBy,
  keyOf,
  LEASE_MS,
  leased,
  MAX_MEMBERS,
  type MemberRow,
  moved,
  waitingLonger,
  withoutForgotten,
} from "./members.ts";
import { beginWith, fairHold, holdFor, measuresOf, pauseFor, tooSparse } from "./shares.ts";

/** Plain data; as JSON below 64 KiB. */
export interface BucketState {
  /** What members' times count from, milliseconds since the epoch. */
  readonly baseMs: number;
  /** When `level` held. */
  readonly atMs: number;
  /** Tokens that nobody holds; below 0 while debts are being paid off. */
  readonly level: number;
  readonly members: readonly MemberRow[];
}

/** Debts older than the longest window of the contract no longer matter. */
const DEBT_SECONDS = 10;
/** Members that pause draw without asking first: the bucket must not have all of its size for them. */
const PACED_PART = 0.35;
/** Keeps the asks of all members below 400 per second. */
const ASK_MS_PER_MEMBER = 2.5;
const MIN_ASK_MS = 100;
const REBASE_MS = 10_000_000;

/**
 * Decides one ask. An ask that comes late or twice gets nothing and changes nothing.
 *
 * @param state `null`: nobody has asked yet
 * @param nowMs milliseconds since the epoch, on the coordinator's clock; going backwards does no harm
 */
export function grant(
  state: BucketState | null,
  ask: CapacityAsk,
  nowMs: number,
): { state: BucketState; grant: CapacityGrant } {
  const measures = measuresOf(ask.ratePerSecond);
  const { size, perSecond } = measures;
  const before = rebased(state ?? { baseMs: nowMs, atMs: nowMs, level: size, members: [] }, nowMs);
  const atMs = Math.max(before.atMs, nowMs);
  const now = atMs - before.baseMs;
  const key = keyOf(ask.member);
  const { own, others } = withoutForgotten(before.members, key, now);
  const crowd = crowdOf(others, now, perSecond);

  const late = own !== null && ask.sequence <= own[4];
  const heldBefore = own === null ? 0 : heldBy(own, now);
  const unspent = late ? heldBefore : whole(ask.unspent);
  const demand = late ? own[3] : rounded(ask.demandPerSecond);
  const members = crowd.active + 1;
  const total = crowd.demand + demand;
  const paced = tooSparse(members, total, measures);

  // Until now the bucket could fill only beside what was held, whatever this ask brings back.
  const room = (paced ? PACED_PART * size : size) - crowd.held - Math.max(unspent, heldBefore);
  const filled = Math.min(room, before.level + perSecond * (atMs - before.atMs) / 1000);
  const level = Math.max(-DEBT_SECONDS * perSecond, filled - (late ? 0 : whole(ask.debt)));

  const known = own !== null || others.length < MAX_MEMBERS;
  const hungrySince = own === null || own[5] < 0 ? now : own[5];
  let wanted = 0;
  if (known && !late && !paced) {
    const hold = holdFor(demand);
    const holds = others.flatMap((row) => leased(row, now) ? holdFor(row[3]) : []);
    const most = fairHold([hold, ...holds], level + crowd.held + unspent);
    wanted = Math.max(0, Math.floor(Math.min(hold, most)) - unspent);
  }
  // One token is kept for each who has waited longer: with few of them, nobody's turn is skipped.
  const tokens = wanted === 0
    ? 0
    : Math.max(0, Math.min(wanted, Math.floor(level) - waitingLonger(others, hungrySince, now)));

  const row: MemberRow = late ? own : [
    key,
    now,
    unspent + tokens,
    demand,
    ask.sequence,
    wanted > 0 && tokens === 0 ? hungrySince : -1,
  ];
  return {
    state: {
      baseMs: before.baseMs,
      atMs,
      level: level - tokens,
      members: known ? [...others, row] : others,
    },
    grant: {
      cluster: ask.cluster,
      sequence: ask.sequence,
      tokens,
      forMs: LEASE_MS,
      allowance: paced
        ? pauseFor({
          members,
          demand: total,
          level,
          perSecond,
          draw: drawOf(key, ask.sequence),
        })
        : beginWith(others.length + 1, perSecond),
      askInMs: Math.max(MIN_ASK_MS, Math.ceil(ASK_MS_PER_MEMBER * members)),
      members,
    },
  };
}

const whole = (n: number): number => n > 0 ? Math.floor(n) : 0;

/** Three digits are enough, and shorter. */
const rounded = (n: number): number => n > 0 ? Number(n.toPrecision(3)) : 0;

function rebased(state: BucketState, nowMs: number): BucketState {
  const byMs = nowMs - state.baseMs;
  if (byMs < REBASE_MS) return state;
  return { ...state, baseMs: nowMs, members: moved(state.members, byMs) };
}
