/**
 * Everything `validate` can say about a policy, as one table. Codes are stable:
 * scripts and suppressions rely on them, so a code is never given a new meaning
 * and a retired one is never used again. LIM0xx are errors, LIM1xx warnings.
 */

/** An error keeps a policy from being stored; a warning does not. */
export type Severity = "error" | "warning";

interface Rule {
  readonly code: `LIM${number}`;
  readonly severity: Severity;
  /** A heading for lists; the finding's message says what is wrong in this case. */
  readonly title: string;
}

const error = (number: string, title: string): Rule => ({
  code: `LIM${number}` as `LIM${number}`,
  severity: "error",
  title,
});

const warning = (number: string, title: string): Rule => ({
  ...error(number, title),
  severity: "warning",
});

export const rules = {
  syntax: error("001", "The text is not JSON with comments"),
  notAnObject: error("002", "A policy is one JSON object"),
  duplicateKey: error("003", "A key stands twice in one object"),
  tooLarge: error("004", "The document is nested too deeply or holds too many values"),
  reservedKey: error("005", "A key has a meaning of its own in JavaScript"),
  notPortable: error("006", "A string or number has no exact meaning in JSON"),

  unknownKey: error("010", "Unknown key"),
  missingKey: error("011", "A required key is missing"),
  wrongType: error("012", "A value has the wrong type"),
  badValue: error("013", "A value is out of range or not in its format"),
  badName: error("014", "A key is not a valid name"),

  unknownCluster: error("020", "The cluster does not exist"),
  duplicateRoute: error("021", "Two routes have one name"),
  duplicateCluster: error("022", "A cluster is listed twice"),
  noAction: error("023", "A route does nothing"),
  severalActions: error("024", "A route has more than one action"),
  emptySplit: error("025", "A split has no weight and there is no failover"),
  noEffect: error("026", "A setting contradicts the route's action"),

  badRegex: error("030", "The regex does not compile"),
  badTemplate: error("031", "The replacement is not valid"),
  badPath: error("032", "The path is not valid"),
  badHost: error("033", "The host is not valid"),
  badEndpoint: error("034", "The endpoint's URL is not valid"),
  duplicateEndpoint: error("035", "An endpoint is listed twice"),
  noPrefix: error("036", "There is no path prefix to replace"),
  bodyNotAllowed: error("037", "This status has no body"),
  forbiddenHeader: error("038", "This header belongs to the gateway"),
  duplicateHeader: error("039", "A header is named twice"),
  badAddress: error("040", "The address is not valid"),
  timeoutOrder: error("041", "One try may take as long as all of them"),
  backoffOrder: error("042", "The longest wait is shorter than the first"),
  ejectionOrder: error("043", "The longest ejection is shorter than the first"),
  zeroDuration: error("044", "The duration is zero"),
  tooBig: error("045", "The size is too big"),
  tooManyRules: error("046", "Hosts and matches multiply to too many rules"),

  missingBinding: error("050", "The deployment lacks a binding"),

  localityConflict: error("051", "These locality settings exclude one another"),
  badPlace: error("052", "The place is not valid"),
  distributeSum: error("053", "A distribution does not add up to 100"),
  coveredRule: error("054", "A rule comes after one that takes all of it"),
  failoverToSelf: error("055", "A region fails over to itself"),
  missingCoordinates: error("056", "nearest needs the cluster's coordinates"),
  stickyFastest: error("057", "Stickiness contradicts fastest"),
  slowStartAlgorithm: error("058", "The algorithm knows no slow start"),
  tooLong: error("059", "The duration is too long"),
  badSecret: error("060", "The secret's name is not valid"),
  emptyFault: error("061", "A fault does nothing"),
  unsaidFault: error("062", "Nobody can say what the fault is"),
  hedgeWithoutRetries: error("063", "A hedge with no attempts"),
  hedgeOrder: error("064", "The try is over before its hedge starts"),
  missingSecret: error("065", "The deployment lacks a secret"),
  badTest: error("066", "The test can't be run, or can't hold"),
  failedTest: error("067", "A test of the policy fails"),
  confineBroken: error("068", "Something of a confined route can leave its places"),
  emptyConfine: error("069", "A confinement promises nothing"),
  checkTooOften: error("070", "Health checks come too often"),

  unreachableRoute: warning("101", "The route can never be reached"),
  unusedCluster: warning("102", "No route uses the cluster"),
  privateWithoutVia: warning("103", "A private cluster has no way in from Cloudflare"),
  viaIgnored: warning("104", "Deno ignores `via`"),
  hostNotSent: warning("105", "Cloudflare can't send another Host"),
  plainHttp: warning("106", "Plain http to a public endpoint"),
  stickyWithoutChoice: warning("107", "Stickiness has nothing to choose from"),
  blockedPort: warning("108", "fetch refuses this port"),
  noEndpoints: warning("109", "The cluster has no endpoints"),
  retryWithoutAttempts: warning("110", "Retry conditions with no attempts"),
  redirectLoop: warning("111", "The redirect leads back to its own route"),
  duplicateHost: warning("112", "A host is listed twice"),
  hostKeyword: warning("113", "A host looks like a misspelt keyword"),
  panicNever: warning("114", "The panic threshold can never be met"),
  capacityWithoutSpill: warning("115", "What is above the capacity has nowhere to go"),
  localityIgnored: warning("116", "Nothing finds an endpoint unhealthy, so locality does nothing"),
  oneCandidate: warning("117", "There is only one cluster to choose from"),
  mirrorToMember: warning("118", "The mirror gets the requests already"),
  neverHappens: warning("119", "It never happens"),
  hedgeNotIdempotent: warning("120", "No request of the route is ever hedged"),
  alreadyIdempotent: warning("121", "The method is sent again anyway"),
  idleNeverEnds: warning("122", "The idle timeout never ends anything"),
  zoneElsewhere: warning("123", "A zone of another region"),
  emptyPlace: warning("124", "No endpoint is in the place"),
  neverEjected: warning("125", "No endpoint can ever be ejected"),
  twoRetryLimits: warning("126", "Retries are limited in two ways"),
  checkOrder: warning("127", "A health check's times don't fit together"),
  doneTwice: warning("128", "A request may be carried out twice"),
  failoverTooSmall: warning("129", "Failover can't take the load"),
  canaryWithoutSticky: warning("130", "A canary without stickiness"),
  failoverToMember: warning("131", "A cluster fails over to itself alone"),
  triesDontFit: warning("132", "There is no time for all tries"),
  unmatchedRegion: warning("133", "No cluster is in the region"),
  failoverNeverBegins: warning("134", "Nothing finds a cluster unhealthy, so it never fails over"),
  neverTriedAgain: warning("137", "No request of the route is tried again for it"),
  leftOut: warning("199", "There are more findings than are shown"),
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

/**
 * Part of the policy fingerprint. Raise it when a check under `check/` changes
 * what is accepted: policies that were validated before are then validated again.
 */
export const RULES_VERSION = 3;
