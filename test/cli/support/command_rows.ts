/** Every command line, with what it takes and what it answers: one row each. */

/** What the words of a command line are about. */
export interface Given {
  /** A policy file. */
  readonly file: string;
  /** As `--to` takes it. */
  readonly to: string;
  /** A file that is not there yet. */
  readonly out: string;
}

/** The keys of an object; of a list of objects, those of the first, in the alphabet's order; else "". */
export type Shape = Readonly<Record<string, string>>;

export interface Row {
  /** The arguments, without options. */
  readonly words: (given: Given) => readonly string[];
  /** Options that it can't do without, but for `--to`. */
  readonly options?: (given: Given) => readonly string[];
  /** Where it takes a policy file: its words then, when they are others than `words`. */
  readonly withFile?: (given: Given) => readonly string[];
  /** What it can be pointed at: any target, a gateway's URL alone, or a URL behind a gateway. */
  readonly target?: "any" | "gateway" | "behind";
  /** What `--json` answers; a function: it differs between a gateway and a store. */
  readonly json?: Shape | ((kind: "gateway" | "store") => Shape);
  /** What it answers with some options more. */
  readonly jsonWith?: readonly (readonly [options: (given: Given) => readonly string[], Shape])[];
  /** What its help says of exit codes besides what all say. */
  readonly help?: RegExp;
  /** Words and options that are wrong in themselves, behind `Given`'s or alone. */
  readonly wrong: readonly (readonly [args: readonly string[], stderr: RegExp])[];
}

const FINDING = "code column line message path severity";
export const FINDINGS: Shape = { findings: FINDING };

const ACTIVATION = "at by findings message revision source";
const CLUSTER = "draining endpoints location name region";
const ENDPOINT = "active ejectedUntil index latencyMs reason state url";
const DESCRIBED: Shape = { draining: "", endpoints: ENDPOINT, location: "", name: "", region: "" };
const EXPLANATION: Shape = {
  clusters: "",
  considered: "route why",
  endpoint: "",
  endpoints: "",
  guards: "",
  live: "",
  panic: "",
  pinned: "",
  request: "",
  response: "",
  route: "",
};
const PUSHED: Shape = { findings: FINDING, previous: "", revision: "" };
const TO_STORE = "http://127.0.0.1:1";

const NO_TARGET = /A target is a gateway's URL, .*, did you mean "deno"\?/;
const NO_REVISION = /A revision is 12 hex digits/;

const file = ({ file }: Given): readonly string[] => [file];
const activeAnd = ({ file }: Given): readonly string[] => ["active", file];
const nothing = (): readonly string[] => [];

/** `limen`'s commands. */
export const COMMANDS: Readonly<Record<string, Row>> = {
  init: {
    words: nothing,
    options: ({ out }) => ["--cluster", "a=edge:http://a.test", "--out", out],
    wrong: [
      [[], /there is nobody to ask: name the clusters/],
      [["--cluster", "a"], /--cluster: "a" is not of the form NAME=LOCATION:URL/],
      [["--cluster", "a=edg:http://a.test"], /did you mean "edge"\?/],
      [["--cluster", "a=edge:http://a.test", "--split", "a=x"], /--split: /],
      [["--cluster", "a=edge:http://a.test", "--failover", "b"], /--failover: /],
      [["--cluster", "a=edge:http://a.test", "--route", "x"], /--route: /],
    ],
  },
  validate: {
    words: file,
    withFile: file,
    json: FINDINGS,
    help: /LIM0xx are errors, and make\nthe exit code 1/,
    wrong: [[["p.json", "--target", "dino"], /Allowed choices are cloudflare, deno/]],
  },
  test: {
    words: file,
    withFile: file,
    json: { failed: "", passed: "", tests: "detail name ok", uncovered: "" },
    help: /A test that fails makes the exit code 1/,
    wrong: [],
  },
  diff: {
    words: activeAnd,
    options: ({ to }) => ["--to", to],
    withFile: activeAnd,
    target: "any",
    json: { changes: "", from: "", shares: "", text: "", to: "" },
    help: /Exits 0 whether they differ or not/,
    wrong: [
      [["-", "-"], /standard input is one policy, not two/],
      [["a.json", "b.json", "--to", "dino:x"], NO_TARGET],
      [["a.json", "b.json", "--local"], /--local goes with cloudflare only/],
    ],
  },
  plan: {
    words: file,
    withFile: file,
    target: "any",
    json: {
      base: "",
      diff: "",
      kind: "",
      madeAt: "",
      revision: "",
      target: "",
      text: "",
      version: "",
    },
    wrong: [[["p.json", "--to", "dino:x"], NO_TARGET]],
  },
  push: {
    words: file,
    withFile: file,
    target: "any",
    json: PUSHED,
    jsonWith: [[() => ["--dry-run"], { ...PUSHED, diff: "", dryRun: "" }]],
    wrong: [
      [["p.json", "--to", "dino:x"], NO_TARGET],
      [["p.json", "--to", "deno:x", "--if-revision", "HEAD"], NO_REVISION],
      [["--to", "deno:x"], /push what\?/],
      [["p.json", "--to", "deno:x", "--plan", "q.json"], /--plan holds the policy already/],
    ],
  },
  pull: {
    words: nothing,
    target: "any",
    json: { revision: "", text: "" },
    jsonWith: [[({ out }) => ["--out", out], { out: "", revision: "" }]],
    wrong: [
      [["--to", "dino:x"], NO_TARGET],
      [["--to", "deno:x", "--local"], /--local goes with cloudflare only/],
      [["--to", "cloudflare", "--persist-to", "x"], /--persist-to goes with --local/],
      [["--to", "deno:x", "--revision", "1"], NO_REVISION],
    ],
  },
  history: {
    words: nothing,
    target: "any",
    json: { revisions: ACTIVATION },
    wrong: [
      [["--to", "dino:x"], NO_TARGET],
      [["--to", "deno:x", "--limit", "0"], /A number from 1 on/],
    ],
  },
  rollback: {
    words: () => ["previous"],
    target: "any",
    json: PUSHED,
    jsonWith: [[() => ["--dry-run"], { ...PUSHED, diff: "", dryRun: "" }]],
    wrong: [
      [["previous", "--to", "dino:x"], NO_TARGET],
      [["yesterday", "--to", "deno:x"], /A revision is 12 hex digits, .* or say previous/],
      [["previous", "--to", "deno:x", "--if-revision", "1"], NO_REVISION],
    ],
  },
  explain: {
    words: ({ to }) => [to, "GET", "http://shop.test/"],
    withFile: ({ file }) => [file, "GET", "http://shop.test/"],
    target: "any",
    json: EXPLANATION,
    wrong: [
      [["p.json", "GET", "shop.test"], /"shop\.test" is not a whole URL/],
      [["p.json", "get", "http://a.test"], /methods are in capitals: GET\?/],
      [["p.json", "G T", "http://a.test"], /"G T" is not a method/],
      [["p.json", "GET", "http://a.test", "-H", "x"], /"x" is no header/],
      [["p.json", "GET", "http://a.test", "--from", "eu"], /--from: /],
      [["p.json", "GET", "http://a.test", "--local"], /--local goes with cloudflare only/],
    ],
  },
  trace: {
    words: ({ to }) => [to],
    target: "behind",
    json: { decision: "", method: "", status: "", url: "" },
    help: /of a wrong token, exits 3; else the exit code is\n0, whatever was answered/,
    wrong: [
      [[], /what URL\?/],
      [["shop.test"], /"shop\.test" is not a whole URL/],
      [["http://a.test", "-H", "x"], /"x" is no header/],
      [["http://a.test", "--ttl", "61m"], /A duration from 1s to 1h/],
      [["--header-only", "--json"], /'--header-only' cannot be used with option '--json'/],
    ],
  },
  simulate: {
    words: ({ to }) => [to],
    withFile: file,
    target: "any",
    json: { routes: "clusters endpoints panic route unserved" },
    wrong: [
      [["p.json", "--from", "eu"], /--from: /],
      [["p.json", "--config", "w.toml"], /--config goes with cloudflare only/],
    ],
  },
  status: {
    words: nothing,
    target: "any",
    json: (kind) =>
      kind === "store" ? { newest: "", revision: "" } : {
        activeSince: "",
        clusters: CLUSTER,
        groups: "errors group members revisions runtime",
        lastCheck: "",
        lastError: "",
        members: "group id lastError revision runtime seenAt since",
        newest: "",
        revision: "",
      },
    help: /A gateway that is not well exits 0 too/,
    wrong: [
      [["--to", "dino:x"], NO_TARGET],
      [["--to", TO_STORE, "--watch", "0"], /Seconds between two looks are 0\.2 to 86400/],
    ],
  },
  clusters: {
    words: nothing,
    target: "gateway",
    json: { clusters: CLUSTER },
    wrong: [
      [["--to", "dino:x"], NO_TARGET],
      [["--to", TO_STORE, "--watch", "x"], /Seconds between two looks are 0\.2 to 86400/],
    ],
  },
  drain: {
    words: () => ["a"],
    target: "gateway",
    json: { ...DESCRIBED, unserved: "" },
    wrong: [[["a", "--to", "dino:x"], NO_TARGET]],
  },
  undrain: {
    words: () => ["a"],
    target: "gateway",
    json: DESCRIBED,
    wrong: [[["a", "--to", "dino:x"], NO_TARGET]],
  },
  completion: {
    words: () => ["bash"],
    wrong: [[["tcsh"], /Allowed choices are bash, zsh, fish/]],
  },
};

/** What `deno task` runs beside `limen`. */
export const TASKS: Readonly<Record<string, Row>> = {
  start: {
    words: nothing,
    help: /findings are printed, and the exit code is 1/,
    wrong: [
      [["--port", "65536"], /A port is a number from 0/],
      [["--runtime", "node"], /Allowed choices are deno, cloudflare/],
    ],
  },
  demo: {
    words: nothing,
    wrong: [
      [["--clusters-from", "x"], /A port is a number from 0/],
      [["--runtime", "node"], /Allowed choices are deno, cloudflare/],
    ],
  },
  build: { words: nothing, wrong: [] },
  "deploy:cloudflare": {
    words: nothing,
    wrong: [[["prod"], /no environment "prod": it has production/]],
  },
};
