/** The sync file on a destination's page works as it stands, against the sandbox: no problem, a plan for every row, a run that needs no other. */
import assert from "node:assert/strict";
import path from "node:path";
import { type Destination } from "../../src/destinations/destination";
import { destinations } from "../../src/destinations/index";
import { type PlanHeader } from "../../src/plan/plan";
import { execute } from "../support/duckdb";
import { exampleOf } from "../support/pages";
import { isSecret, sampleOf } from "./sample";
import { openProject, type TestProject } from "../unit/calls/project";

/** What the examples read: give a connector's own example the columns and tables that it needs. */
const customers = `create table customers as select
  i as id, 'p' || i || '@example.com' as email, 'First ' || i as first_name, 'Last ' || i as last_name, 'Customer ' || i as name,
  ['paid', 'trial'][1 + i % 2] as plan, 'ada@example.com' as owner_email, 'x' || i || '.example.com' as domain, i * 10.5 as ltv
  from range(1, 3) t(i)`;

describe("the documentation's sync file", () => {
  for (const destination of destinations) {
    const { type, selfDescribing, sandbox, transport } = destination;
    describe(type, () => {
      const { text, definition } = exampleOf(destination);
      const { connection } = definition.destination;
      const sync = { file: "example.sync.yaml" };
      let project: TestProject;

      before(async function () {
        this.timeout(60_000);
        const here =
          transport === "database" ? await atServer(destination, this) : sandbox === undefined ? "" : ", sandbox: true";
        project = openProject({
          "sluice.yaml": `version: 1
warehouses: { main: { type: duckdb, path: warehouse.duckdb } }
destinations: { ${connection}: { type: ${type}${here} } }
`,
          [sync.file]: text,
        });
        await execute(
          path.join(project.place.root, "warehouse.duckdb"),
          customers,
          "create view contacts as select * from customers",
        );
        if (selfDescribing !== true) await project.calls.describe(project.place, { connection });
      });
      after(() => project.close());

      it("has no problems", async () => {
        const problems = await project.calls.check(project.place, { files: [sync] });
        assert.deepEqual(
          problems.map(({ message }) => message),
          [],
        );
      });

      it("plans a change for each row, and once it has run none", async () => {
        const { calls, place } = project;
        const first = await calls.plan(place, sync, { firstRun: "send" }, () => undefined);
        assert.deepEqual([changes(first), first.counts.rejected], [2, 0]);
        const { status, counts } = await calls.run(place, sync, { plan: first.id }, () => undefined);
        assert.deepEqual(
          [status, counts.created + counts.updated, counts.rejected, counts.inDoubt],
          ["succeeded", 2, 0, 0],
        );
        const second = await calls.plan(place, sync, {}, () => undefined);
        assert.deepEqual([changes(second), second.counts.rejected], [0, 0]);
      });
    });
  }
});

/** Keys of the connection to a database with the tables of its page, whose server asks for no password. */
async function atServer(destination: Destination, test: Mocha.Context): Promise<string> {
  const { config } = await sampleOf(destination, test);
  return Object.entries(config)
    .filter(([key]) => !isSecret(destination.connection.shape[key]))
    .map(([key, value]) => `, ${key}: ${JSON.stringify(value)}`)
    .join("");
}

function changes({ counts }: PlanHeader): number {
  return counts.create + counts.update + counts.delete;
}
