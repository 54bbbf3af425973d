/** How often a warehouse is asked while a person types. */
import assert from "node:assert/strict";
import { terminalEdges } from "../../../src/cli/edges";
import { checkFiles } from "../../../src/calls/checking";
import { type Connections, openConnections } from "../../../src/calls/connections";
import { keepDescriptions } from "../../../src/calls/descriptions";
import { keepIndexes } from "../../../src/calls/project-index";
import { openProject, syncOf } from "./project";

describe("descriptions of a model", () => {
  it("are asked for once while a mapping is typed, and again when the model changes or time has passed", async () => {
    const file = "contacts.sync.yaml";
    const project = openProject({ [file]: syncOf({}) });
    let [described, now] = [0, 0];
    const real = openConnections(terminalEdges(() => "error"));
    const connections: Connections = {
      ...real,
      async warehouse(of, name) {
        const warehouse = await real.warehouse(of, name);
        return {
          ...warehouse,
          describe: (sql, signal) => {
            described += 1;
            return warehouse.describe(sql, signal);
          },
        };
      },
    };
    const rest = { connections, indexes: keepIndexes(), descriptions: keepDescriptions(() => now) };
    const check = (text: string) => checkFiles({ place: project.place, ask: { files: [{ file, text }] }, ...rest });
    try {
      for (const typed of ["e", "em", "ema", "email"]) await check(syncOf({ fields: ["email: email", `x: ${typed}`] }));
      assert.equal(described, 1);
      const found = await check(syncOf({ fields: ["email: emial"] }));
      assert.ok(
        found.some(({ code }) => code === "unknown-column"),
        "the answer that was kept is checked against",
      );
      assert.equal(described, 1);
      await check(syncOf({ model: "sql: select 2 as id, 'b@x.io' as email" }));
      assert.equal(described, 2);
      now += 31_000;
      await check(syncOf({}));
      assert.equal(described, 3);
    } finally {
      await real.close();
      await project.close();
    }
  });
});
