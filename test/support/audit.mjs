/** Known flaws in the packages that users run, as the registry tells them. A registry that cannot be asked is said, not passed over. */
import { run } from "./children.mjs";

/** @typedef {import("./reporter.mjs").Counts} Counts */

/** @param {string} root @returns {Promise<Counts & { said: string }>} */
export async function audit(root) {
  const asked = ["audit", "--omit=dev", "--audit-level=high", "--json", "--fetch-retries=0", "--fetch-timeout=30000"];
  const { code, output } = await run("npm", asked, { cwd: root, timeout: 90_000 });
  const { counts, words } = verdict(code, output);
  return { ...counts, said: words };
}

/**
 * @param {number} code
 * @param {string} output what npm wrote, warnings before the JSON among it
 * @returns {{ readonly counts: Counts, readonly words: string }}
 */
export function verdict(code, output) {
  const found = read(output);
  if (found === undefined) {
    return { counts: { passed: 0, failed: 0, skipped: 1 }, words: "skipped: no audit endpoint" };
  }
  const { high = 0, critical = 0 } = found.metadata.vulnerabilities;
  const failed = code !== 0 || high + critical > 0 ? 1 : 0;
  const names = Object.entries(found.vulnerabilities ?? {})
    .filter(([, { severity }]) => severity === "high" || severity === "critical")
    .map(([name, { severity }]) => `${name} (${severity})`);
  return {
    counts: { passed: 1 - failed, failed, skipped: 0 },
    words: failed === 0 ? "no known flaw of high severity" : `known flaws: ${names.join(", ")}`,
  };
}

/**
 * @typedef {{ metadata: { vulnerabilities: { high?: number, critical?: number } }, vulnerabilities?: Record<string, { severity: string }> }} Report
 * @param {string} output
 * @returns {Report | undefined}
 */
function read(output) {
  try {
    /** @type {{ metadata?: { vulnerabilities?: unknown } }} */
    const report = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
    return typeof report.metadata?.vulnerabilities === "object" ? /** @type {Report} */ (report) : undefined;
  } catch {
    return undefined;
  }
}
