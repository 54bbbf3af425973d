import assert from "node:assert/strict";
import { verdict } from "../support/audit.mjs";

describe("the packages' audit", () => {
  const report = (high: number, critical: number): string =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: high + critical === 0 ? {} : { undici: { severity: "high" }, zod: { severity: "low" } },
      metadata: { vulnerabilities: { info: 0, low: 1, moderate: 2, high, critical } },
    });
  const cases: readonly (readonly [title: string, code: number, output: string, words: string])[] = [
    ["passes without a flaw of high severity", 0, report(0, 0), "no known flaw of high severity"],
    ["fails with one", 1, report(1, 0), "known flaws: undici (high)"],
    ["fails with one, whatever npm ends with", 0, `npm warn old\n${report(0, 1)}`, "known flaws: undici (high)"],
    ["is skipped where the registry has none", 1, 'npm error 405\n{"message":"405"}', "skipped: no audit endpoint"],
    ["is skipped where nothing is answered", 1, "", "skipped: no audit endpoint"],
    ["is skipped where npm says nothing that can be read", 0, "found 0 vulnerabilities", "skipped: no audit endpoint"],
  ];
  for (const [title, code, output, words] of cases) {
    it(title, () => {
      const told = verdict(code, output);
      const [kind] = words.startsWith("skip") ? ["skipped"] : words.startsWith("no ") ? ["passed"] : ["failed"];
      assert.deepEqual(told, { counts: { passed: 0, failed: 0, skipped: 0, [kind ?? ""]: 1 }, words });
    });
  }
});
