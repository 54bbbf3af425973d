/** Asks axe what is wrong with a page or a webview for those who see it badly or not at all. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe calls serious or critical, one line each: the rule, what it says, and where.
 * @param {import("playwright-core").Page | import("playwright-core").Frame} frame the document, for example of a webview
 * @param {{ within?: string }} [options] a selector of the part to look at; default: all of the document
 * @returns {Promise<readonly string[]>}
 */
export async function seriousViolations(frame, { within } = {}) {
  // The policy of a webview lets no script in; what the debugger evaluates is not asked.
  await frame.evaluate(source);
  return frame.evaluate(async (selector) => {
    const { axe } = /** @type {{ axe: typeof import("axe-core") }} */ (/** @type {unknown} */ (globalThis));
    const { violations } = await axe.run(selector === undefined ? document : selector, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.join(" ")}) ${failureSummary ?? ""}`),
      );
  }, within);
}
