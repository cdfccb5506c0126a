/** A first policy from flags alone. */
import { didYouMean } from "../../policy/suggest.ts";
import { CommandError, EXIT } from "../exit_codes.ts";
import {
  type Draft,
  type DraftCluster,
  inOrder,
  listIn,
  listProblem,
  LOCATIONS,
  nameFor,
  nameProblem,
  pathProblem,
  type Problem,
  splitIn,
  splitProblem,
  urlsIn,
  urlsProblem,
} from "./draft.ts";

export interface DraftFlags {
  /** `NAME=LOCATION:URL[,URL…]` each. */
  readonly cluster: readonly string[];
  readonly route?: string;
  readonly name?: string;
  /** `a=80,b=20`. */
  readonly split?: string;
  /** `x,y`. */
  readonly failover?: string;
}

/**
 * Without `split`, the first cluster takes everything, and without `failover` the others follow in
 * order.
 *
 * @throws {CommandError} for what can't be understood
 */
export function draftOf(flags: DraftFlags): Draft {
  const clusters = flags.cluster.map(clusterIn);
  const names = clusters.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) refuse("--cluster", `"${twice}" is named twice`);
  const path = checked("--route", flags.route ?? "/*", pathProblem);
  const name = checked("--name", flags.name ?? nameFor(path), nameProblem);
  const usual = inOrder(clusters);
  const { split, failover } = flags;
  return {
    clusters,
    route: {
      name,
      path,
      split: split === undefined
        ? usual.split
        : splitIn(checked("--split", split, (text) => splitProblem(text, names))),
      failover: failover !== undefined
        ? listIn(checked("--failover", failover, (text) => listProblem(text, names)))
        : split === undefined
        ? usual.failover
        : [],
    },
  };
}

function clusterIn(written: string): DraftCluster {
  const [, name, location, urls] = /^([^=]*)=([^:]*):(.*)$/s.exec(written) ?? [];
  if (name === undefined || urls === undefined) {
    return refuse(
      "--cluster",
      `"${written}" is not of the form NAME=LOCATION:URL, such as aws=public:https://shop.example.com`,
    );
  }
  const known = LOCATIONS.find((known) => known === location);
  if (known === undefined) {
    const near = didYouMean(location!, LOCATIONS) || ": it is public, private or edge";
    return refuse("--cluster", `"${location}" is no location${near}`);
  }
  return {
    name: checked("--cluster", name, nameProblem),
    location: known,
    urls: urlsIn(checked("--cluster", urls, urlsProblem)),
  };
}

function checked(flag: string, text: string, problemOf: (text: string) => Problem): string {
  const problem = problemOf(text);
  return problem === null ? text : refuse(flag, problem);
}

function refuse(flag: string, problem: string): never {
  throw new CommandError(EXIT.usage, `${flag}: ${problem}`);
}
