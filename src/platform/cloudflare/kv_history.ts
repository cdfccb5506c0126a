/**
 * The history in Workers KV: a key for each activation, of which a listing tells nearly all, and one
 * for each revision's document.
 */
import { inParallel } from "../../check/in_parallel.ts";
import type { Finding } from "../../policy/finding.ts";
import { rules } from "../../policy/codes.ts";
import {
  type Activation,
  activationOf,
  type ActivationSource,
  parseActivation,
} from "../../store/history.ts";
import {
  type HistoryRead,
  type StoreFailure,
  type StoreRead,
  unreachable,
} from "../../store/port.ts";
import type { Listed, Listing, Needed } from "../../store/register/outlet.ts";
import { parseStamp, type Stamp } from "../../store/stamp.ts";
import { KEYS_AT_ONCE, type KvAccess, type KvKey } from "./kv_namespace.ts";

/** Documents, by their revisions. */
const HISTORY_PREFIX = "history/";

/** Activations, by time and revision: so the keys are in the order of the times. */
const ACTIVATION_PREFIX = "activations/";

/** Of so many of the newest activations the warnings are read, each from a value of its own. */
const MOST_FINDINGS_READ = 25;

const activationKey = ({ at, revision }: Pick<Activation, "at" | "revision">): string =>
  `${ACTIVATION_PREFIX}${at}/${revision}`;

const revisionKey = (revision: string): string => HISTORY_PREFIX + revision;

/** What stands beside an activation: a listing brings it along. */
interface ActivationMetadata extends Stamp {
  readonly source: ActivationSource;
  /** How many there are. */
  readonly findings: number;
}

/** No operation rejects. */
export class KvHistory {
  readonly #kv: KvAccess;

  constructor(kv: KvAccess) {
    this.#kv = kv;
  }

  /** @param stamp the activation's, within `MAX_STAMP_BYTES` */
  putActivation(activation: Activation, stamp: Stamp): Promise<StoreFailure | null> {
    const { source, findings } = activation;
    const metadata: ActivationMetadata = { ...stamp, source, findings: findings.length };
    return this.#kv.put(activationKey(activation), JSON.stringify(activation), metadata);
  }

  /** Whether the activation that `stamp` is of is there. */
  async has(stamp: Stamp): Promise<boolean | StoreFailure> {
    const read = await this.#kv.read(activationKey(stamp));
    return read.kind === "failed" ? read.failure : read.kind === "document";
  }

  putRevision(text: string, stamp: Stamp): Promise<StoreFailure | null> {
    return this.#kv.put(revisionKey(stamp.revision), text, stamp);
  }

  readRevision(revision: string): Promise<StoreRead> {
    return this.#kv.read(revisionKey(revision));
  }

  async history(): Promise<HistoryRead> {
    const listing = await this.list();
    if (listing.kind === "failed") return listing;
    return { kind: "history", activations: listing.listed.map(({ activation }) => activation) };
  }

  async list(): Promise<Listing> {
    try {
      const entered = (await this.#kv.keys(ACTIVATION_PREFIX)).flatMap(listedIn);
      const names = new Set(entered.map(({ activation }) => activationKey(activation)));
      // Before there were activations, a revision's document was all that told of it.
      const others = (await this.#kv.keys(HISTORY_PREFIX)).flatMap(listedByDocument)
        .filter(({ activation }) => !names.has(activationKey(activation)));
      const listed = newestFirst([...entered, ...others]);
      await this.#readFindings(listed);
      return { kind: "listed", listed: listed.map(({ count: _, ...rest }) => rest) };
    } catch (error) {
      return { kind: "failed", failure: unreachable(error) };
    }
  }

  /** Deletes what is older than all that is needed. What is left over when it fails goes next time. */
  async sweep({ activations, since }: Needed): Promise<StoreFailure | null> {
    const revisions = new Set(activations.map(({ revision }) => revision));
    try {
      const old = (await this.#kv.keys(ACTIVATION_PREFIX))
        .filter(({ name }) => name.slice(ACTIVATION_PREFIX.length) < since);
      const unneeded = (await this.#kv.keys(HISTORY_PREFIX)).filter(({ name, metadata }) =>
        !revisions.has(name.slice(HISTORY_PREFIX.length)) &&
        (parseStamp(metadata)?.at ?? since) < since
      );
      const failures: unknown[] = [];
      await inParallel([...old, ...unneeded], KEYS_AT_ONCE, async ({ name }) => {
        await this.#kv.delete(name).catch((error) => failures.push(error));
      });
      return failures.length === 0 ? null : unreachable(failures[0]);
    } catch (error) {
      return unreachable(error);
    }
  }

  /** Puts the warnings of the newest in their places. */
  async #readFindings(listed: Counted[]): Promise<void> {
    const withFindings = listed.flatMap(({ count }, index) => count > 0 ? [index] : []);
    const failures: unknown[] = [];
    await inParallel(withFindings, KEYS_AT_ONCE, async (index) => {
      const one = listed[index]!;
      const isNew = withFindings.indexOf(index) < MOST_FINDINGS_READ;
      const findings = isNew
        ? await this.#findingsOf(one.activation).catch((error) => void failures.push(error))
        : null;
      const activation = { ...one.activation, findings: findings ?? [unread(one.count)] };
      listed[index] = { ...one, activation };
    });
    if (failures.length > 0) throw failures[0];
  }

  async #findingsOf(activation: Activation): Promise<readonly Finding[] | null> {
    const { value } = await this.#kv.get(activationKey(activation));
    return value === null ? null : parseActivation(JSON.parse(value))?.findings ?? null;
  }
}

type Counted = Listed & {
  /** Of its findings. */
  readonly count: number;
};

function listedIn({ name, metadata }: KvKey): Counted[] {
  const stamp = parseStamp(metadata);
  if (stamp === null || name !== activationKey(stamp)) return [];
  const { source, findings } = metadata as Partial<ActivationMetadata>;
  const activation = parseActivation({ ...activationOf(stamp, "push", []), source });
  const count = typeof findings === "number" ? findings : 0;
  return activation === null ? [] : [{ activation, stamp, count }];
}

function listedByDocument({ name, metadata }: KvKey): Counted[] {
  const stamp = parseStamp(metadata);
  if (stamp === null || name !== revisionKey(stamp.revision)) return [];
  return [{ activation: activationOf(stamp, "push", []), stamp, count: 0 }];
}

/** By time; but what is numbered is in the order of its numbers, for clocks differ. */
function newestFirst(listed: readonly Counted[]): Counted[] {
  const timeMs = ({ stamp }: Counted): number => Date.parse(stamp.at);
  const orderMs = new Map(listed.map((one) => [one, timeMs(one)]));
  let lastMs = -Infinity;
  const numbered = listed.filter(({ stamp }) => stamp.sequence !== undefined);
  for (const one of numbered.toSorted((a, b) => a.stamp.sequence! - b.stamp.sequence!)) {
    lastMs = Math.max(lastMs + 1, timeMs(one));
    orderMs.set(one, lastMs);
  }
  return listed.toSorted((a, b) => orderMs.get(b)! - orderMs.get(a)!);
}

function unread(count: number): Finding {
  const { code, severity } = rules.leftOut;
  const message = `${count} findings are not read, for it is not among the newest`;
  return { code, severity, path: "$", line: 1, column: 1, message };
}
