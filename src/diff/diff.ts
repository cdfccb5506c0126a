/** What a new policy does otherwise than the one before: in words, in shares, and in text. */
import type { Plan } from "../plan/plan.ts";
import type { Policy } from "../policy/schema/policy.ts";
import { type Change, change } from "./change.ts";
import { clusterChanges } from "./clusters.ts";
import { defaultsChanges } from "./defaults.ts";
import { fieldChanges } from "./fields.ts";
import { same, without } from "./json.ts";
import { orderChanges } from "./order.ts";
import { type Pairing, pairRoutes } from "./pairing.ts";
import { routeChanges } from "./routes.ts";
import { type MovedShare, movedShares } from "./shares.ts";
import { testChanges } from "./tests.ts";
import { textDiff } from "./text.ts";
import { type Consequences, consequencesOf } from "./warnings.ts";

export type { Change } from "./change.ts";
export type { MovedShare } from "./shares.ts";

/** A valid policy, in all its forms. */
export interface DiffSide {
  readonly policy: Policy;
  readonly plan: Plan;
  readonly text: string;
  readonly revision: string;
}

export interface PolicyDiff {
  /** Revisions; `null`: there was no policy, or a text that is none. */
  readonly from: string | null;
  readonly to: string;
  /** Empty when both documents are the same but for comments, layout and the order of keys. */
  readonly changes: readonly Change[];
  /** What moves when all endpoints are healthy; the clusters of a route whose share stays are not here. */
  readonly shares: readonly MovedShare[];
  /** Unified diff of the texts; "" when they are equal. */
  readonly text: string;
}

const NOTHING: Policy = { clusters: {}, routes: [] };

/** @param before `null`: there was no policy */
export function diffPolicies(before: DiffSide | null, after: DiffSide): PolicyDiff {
  const old = before?.policy ?? NOTHING;
  const pairing = pairRoutes(old.routes, after.policy.routes);
  const isSame = before !== null && same(before.policy, after.policy);
  return {
    from: before?.revision ?? null,
    to: after.revision,
    changes: isSame ? [] : changesOf(old, after.policy, pairing, whoTakes(before, after, pairing)),
    shares: isSame ? [] : movedShares(before?.plan ?? null, after.plan, pairing),
    text: textOf(before, after),
  };
}

/** Where there may be nothing but texts to compare. */
export interface TextDiff extends Omit<PolicyDiff, "to"> {
  /** `null`: a text that is no policy. */
  readonly to: string | null;
}

/** A text that may be no policy. */
export interface DiffText {
  readonly text: string;
  /** `null`: it has none. */
  readonly revision: string | null;
}

/**
 * What can be said where one of the two is no policy by today's rules.
 *
 * @param why which one, for the reader
 */
export const diffTexts = (before: DiffText, after: DiffText, why: string): TextDiff => ({
  from: before.revision,
  to: after.revision,
  changes: [change("warning", [], why)],
  shares: [],
  text: textOf(before, after),
});

const textOf = (before: DiffText | null, after: DiffText): string =>
  textDiff(
    { name: before?.revision ?? "none", text: before?.text ?? "" },
    { name: after.revision ?? "none", text: after.text },
  );

const NO_CONSEQUENCES: Consequences = {
  warnings: [],
  fate: { added: () => [], removed: () => [] },
  moves: false,
};

function whoTakes(before: DiffSide | null, after: DiffSide, pairing: Pairing): Consequences {
  if (before === null || same(before.policy.routes, after.policy.routes)) return NO_CONSEQUENCES;
  return consequencesOf(before, after, pairing);
}

function changesOf(
  before: Policy,
  after: Policy,
  pairing: Pairing,
  { fate, moves, warnings }: Consequences,
): Change[] {
  return [
    // What was perhaps not meant is to be read first.
    ...warnings,
    ...routeChanges(before.routes, after.routes, pairing, fate),
    ...orderChanges(after.routes, pairing, moves),
    ...clusterChanges(before.clusters, after.clusters),
    ...defaultsChanges(before.defaults, after),
    ...otherChanges(before, after),
  ];
}

/** All else that a document may hold at its top. */
function otherChanges(before: Policy, after: Policy): Change[] {
  const [old, now] = [before, after].map((policy) => without(policy, TOLD)) as [Rest, Rest];
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].flatMap((key) =>
    key === "tests"
      ? testChanges(old[key], now[key])
      : fieldChanges(old[key], now[key], { subject: key, field: [], base: [key] })
  );
}

type Rest = ReturnType<typeof without>;

const TOLD = ["clusters", "routes", "defaults"];
