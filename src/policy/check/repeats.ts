/** Tries that do harm when they are made, that are never made, or that there is no time for. */
import type { Path, Report } from "../finding.ts";
import { durationMs } from "../quantity.ts";
import type { PolicyDefaults, PolicyHedge, PolicyRetry, PolicyRoute } from "../schema/policy.ts";
import { isWhole, type Part, type View } from "../view.ts";
import { idempotent, isNeverRepeated } from "./tries.ts";

type Condition = NonNullable<PolicyRetry["on"]>[number];

/** What holds at one place: for a route, its own settings over those of the defaults. */
interface Setting {
  readonly timeout: string | undefined;
  readonly retry: PolicyRetry;
  readonly hedge: PolicyHedge | undefined;
}

export function checkRepeats(view: View, report: Report): void {
  const { timeout, retry = {}, hedge } = view.defaults;
  const shared: Setting = { timeout, retry, hedge };
  checkTwice(shared, retry.methods, ["defaults", "retry"], report);
  checkFit(shared, view.defaults, ["defaults"], report);
  for (const route of view.routes) {
    const setting = settingOf(route, shared);
    const { path, value } = route;
    // What the defaults bring about by themselves has been said of them.
    if (value.retry?.methods !== undefined || !isRisky(shared)) {
      const at = value.retry === undefined ? "hedge" : "retry";
      checkTwice(setting, value.retry?.methods, [...path, at], report);
    }
    checkNever(route, setting.retry, report);
    checkFit(setting, value, path, report);
  }
}

function settingOf({ value }: Part<PolicyRoute>, shared: Setting): Setting {
  const { hedge = shared.hedge } = value;
  return {
    timeout: value.timeout ?? shared.timeout,
    retry: { ...shared.retry, ...value.retry },
    hedge: hedge === false ? undefined : hedge,
  };
}

/** Whether this is tried again only for methods that may be carried out twice. */
const needsPromise = (on: Condition): boolean => on !== "connect-failure";

/** After these the upstream may have done what it was asked: what it answers with 4xx, it has not. */
const mayBeDone = (on: Condition): boolean =>
  typeof on === "number" ? on >= 500 : needsPromise(on) && on !== "retriable-4xx";

/** A hedge is sent while the first try may well be at work. Unless set, `on` has "reset" in it. */
const isRisky = ({ retry, hedge }: Setting): boolean =>
  retry.attempts !== 0 && retry.methods !== undefined &&
  (hedge !== undefined || (retry.on?.some(mayBeDone) ?? true));

/**
 * @param own the methods that are listed here; absent: those of the defaults hold
 * @param path of what makes it so
 */
function checkTwice(
  setting: Setting,
  own: PolicyRetry["methods"],
  path: Path,
  report: Report,
): void {
  if (!isRisky(setting)) return;
  const safer = setting.hedge === undefined ? 'set on to ["connect-failure"]' : "hedge false";
  const tell = (method: string, at: Path): void =>
    report(
      "doneTwice",
      at,
      `a ${method} without an answer may have been carried out, and is sent again: do so only if twice does no harm, else ${safer}`,
    );
  own?.forEach((method, index) => {
    if (!idempotent.has(method)) tell(method, [...path, "methods", index]);
  });
  const inherited = own === undefined ? setting.retry.methods ?? [] : [];
  inherited.filter((method) => !idempotent.has(method)).slice(0, 1)
    .forEach((method) => tell(method, path));
}

function checkNever(route: Part<PolicyRoute>, retry: PolicyRetry, report: Report): void {
  const { on } = route.value.retry ?? {};
  if (on === undefined || retry.attempts === 0 || !on.some(needsPromise)) return;
  if (!isWhole(route, ["match", "retry"]) || !isNeverRepeated(route, retry)) return;
  const message =
    'none of the route\'s methods is idempotent, so only "connect-failure" is tried again: list in retry.methods those that may be carried out twice';
  report("neverTriedAgain", [...route.path, "retry", "on"], message, "key");
}

/**
 * Retries that never come, because the tries before them may use up all the time. Only what somebody
 * wrote is added up, and reported at the part that `own` adds to the defaults.
 */
function checkFit(
  { timeout, retry, hedge }: Setting,
  own: Pick<PolicyDefaults, "timeout" | "retry">,
  path: Path,
  report: Report,
): void {
  const { attempts, perTryTimeout, on } = retry;
  if (timeout === undefined || perTryTimeout === undefined || attempts === undefined) return;
  // A hedge does not wait for the try before it; and not everybody tries again after a timeout.
  if (hedge !== undefined || !(on?.some(afterTimeout) ?? true)) return;
  const [all, each] = [durationMs(timeout), durationMs(perTryTimeout)];
  // Where not even one fits it is an error (see `times.ts`), and zero is no timeout at all.
  if (each >= all || attempts * each < all) return;
  const at = own.retry?.attempts !== undefined
    ? ["retry", "attempts"]
    : own.retry?.perTryTimeout !== undefined
    ? ["retry", "perTryTimeout"]
    : own.timeout !== undefined
    ? ["timeout"]
    : null;
  if (at === null) return;
  const message =
    `after ${attempts} tries of ${perTryTimeout} the timeout (${timeout}) is over, so the last retry never starts: fewer attempts, or a shorter perTryTimeout`;
  report("triesDontFit", [...path, ...at], message);
}

const afterTimeout = (on: Condition): boolean =>
  on === "5xx" || on === "gateway-error" || on === "reset";
