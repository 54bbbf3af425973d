/**
 * Mocha's spec reporter, which also writes the counts to the file that SLUICE_TEST_RESULTS names, so that the
 * suites of several processes can be added up.
 */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

export default class CountingReporter extends Mocha.reporters.Spec {
  /**
   * @param {import("mocha").Runner} runner
   * @param {import("mocha").MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const file = process.env.SLUICE_TEST_RESULTS;
      const { passes, failures, pending } = this.stats;
      if (file !== undefined)
        writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
