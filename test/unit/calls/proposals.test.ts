import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { initSample } from "../../../src/calls/init";
import { createSession } from "../../../src/calls/session";
import { terminalEdges } from "../../../src/cli/edges";
import { readText } from "../../../src/project/find";
import { parseSync } from "../../../src/sync/parse";
import { propose } from "../../../src/sync/propose";
import { temporaryFolder } from "../../support/temporary.mjs";

describe("the proposals for the sample", () => {
  it("find four of five mappings made by hand, and none wrong that is sure of itself", async function () {
    this.timeout(60_000);
    const root = path.join(temporaryFolder("proposals"), "sample");
    const session = createSession(terminalEdges(() => "error"));
    const { calls } = session;
    const missed: string[] = [];
    const wrong: string[] = [];
    let all = 0;
    try {
      await initSample(root, path.join(__dirname, "../../../media/sample"));
      await calls.describe({ root }, { connection: "hubspot" });
      for (const name of ["contacts", "companies"]) {
        const source = { file: `syncs/${name}.sync.yaml` };
        const { columns = [], object } = await calls.context({ root }, source);
        const { definition } = parseSync((await readText(root, source.file)) ?? "", { name });
        assert.ok(object !== undefined && definition !== undefined);
        const facts = await calls.facts({ root }, source);
        const { key } = definition.model;
        const found = propose({ columns, facts, object, mapped: [], dismissed: [], key });
        const byHand = new Map(definition.fields.map(({ field, source: from }) => [field, from]));
        // A constant, a lookup and a template are not of one column: nobody could propose them.
        const made = [...byHand].flatMap(([field, from]) => {
          const column =
            from.kind === "column" ? from.column : from.kind === "sql" ? /\((\w+)/.exec(from.sql)?.[1] : "";
          return column === "" ? [] : [{ field, column }];
        });
        all += made.length;
        for (const { field, column } of made) {
          const first = found.find((one) => one.field === field);
          if (first?.column !== column) missed.push(`${name}: ${field} ← ${column ?? ""}`);
        }
        for (const { field, column, score } of found) {
          if (score > 0.8 && !made.some((one) => one.field === field && one.column === column))
            wrong.push(`${name}: ${field} ← ${column} (${score})`);
        }
      }
    } finally {
      await session.close();
      rmSync(path.dirname(root), { recursive: true, force: true });
    }
    assert.deepEqual(wrong, []);
    // Which plan means which stage nobody can read from the names.
    assert.deepEqual(missed, ["contacts: lifecyclestage ← plan"]);
    assert.ok(missed.length / all <= 0.2);
  });
});
