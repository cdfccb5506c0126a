/** What came of a policy's tests: the JSON of `limen test --json` and of `POST test`. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** In the policy's order. */
  readonly tests: readonly TestResult[];
  /** Names of the routes that no test's request reached, in the policy's order. */
  readonly uncovered: readonly string[];
}

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was expected and what came, as a sentence without its full stop; "" if it passed. */
  readonly detail: string;
}
