import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { type PanelState } from "../../webview/protocol";
import { open, problems, replace, root, sluice, until, uriOf } from "./support";

/** A sync of our own: the first runs of the sample's are other tests'. */
const file = "syncs/taken-back.sync.yaml";
const text = `model:
  sql: |
    select * from (values (1, 'ada@back.io', 'Ada'), (2, 'alan@back.io', 'Alan')) as people(id, email, name)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  firstname: name
`;

type Ready<Tab extends "plan" | "run"> = Extract<PanelState[Tab], { state: "ready" }>;

async function shown<Tab extends "plan" | "run">(tab: Tab): Promise<Ready<Tab>["result"]> {
  const { results } = await sluice();
  const pane = results()[tab];
  assert.equal(pane.state, "ready", JSON.stringify(pane));
  return (pane as Ready<Tab>).result;
}

/** Runs what is written now; gives the run's id. */
async function run(): Promise<string> {
  // The first choice of a first run is to send everything.
  const asking = accepting();
  await vscode.commands.executeCommand("sluice.run", uriOf(file));
  clearInterval(asking);
  const { report } = await shown("run");
  assert.equal(report.status, "succeeded", JSON.stringify(report.groups));
  return report.id;
}

/** Accepts whatever is asked as it stands. */
const accepting = (): ReturnType<typeof setInterval> =>
  setInterval(() => void vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"), 200);

/** The run as the Runs view gives it to its commands. */
async function nodeOf(id: string): Promise<unknown> {
  const { views } = await sluice();
  for (const day of (await views.runs.getChildren()) ?? []) {
    for (const node of (await views.runs.getChildren(day)) ?? []) {
      const item = await views.runs.getTreeItem(node);
      if (item.id?.endsWith(id) !== true) continue;
      assert.equal(item.contextValue, "run wrote");
      return node;
    }
  }
  return assert.fail(`the view has no run ${id}`);
}

describe("taking a run back in the editor", () => {
  let first: string;
  let second: string;

  before(async () => {
    await sluice();
    writeFileSync(uriOf(file).fsPath, text);
    first = await run();
    await replace(await open(file), "'Ada'", "'Augusta'");
    second = await run();
  });
  // A ledger without its sync is asked about by every other sync's first run.
  after(() => {
    for (const left of [file, ".sluice/ledger", ".sluice/runs"])
      rmSync(uriOf(left).fsPath, { recursive: true, force: true });
  });

  it("reads back what a run wrote, from the Runs view, into its report", async () => {
    await vscode.commands.executeCommand("sluice.verify", await nodeOf(second));
    const { report } = await shown("run");
    assert.equal(report.id, second);
    const { at, ...found } = report.verification ?? assert.fail("nothing was read back");
    assert.ok(Date.parse(at) > 0);
    assert.deepEqual(found, { verified: 1, mismatched: 0, unverifiable: 0 });
    assert.equal(problems(uriOf(file), "sluice dev").length, 0);
  });

  it("shows the plan that takes a run back, from the Runs view, and carries out that plan", async () => {
    await vscode.commands.executeCommand("sluice.revert", await nodeOf(second));
    const { revert, counts } = await shown("plan");
    assert.equal(revert?.run, second);
    assert.deepEqual([counts.create, counts.update, counts.delete, counts.rejected], [0, 1, 0, 0]);
    await vscode.commands.executeCommand("sluice.runPlan");
    const { report } = await shown("run");
    assert.deepEqual([report.status, report.revertOf, report.counts.updated], ["succeeded", second, 1]);
    // What was taken back is held: the same rows are not sent again.
    await vscode.commands.executeCommand("sluice.dryRun", uriOf(file));
    const next = (await shown("plan")).counts;
    assert.deepEqual([next.update, next.held], [0, 1]);
  });

  it("removes nothing before somebody has said how much, and leaves what a later run wrote", async () => {
    const asking = accepting();
    await vscode.commands.executeCommand("sluice.revert", { root: root(), run: first });
    clearInterval(asking);
    const { guards, counts } = await shown("plan");
    assert.deepEqual([counts.delete, counts.rejected], [1, 1]);
    const [{ message = "", hint = "", ...guard } = assert.fail("no guard"), ...others] = guards;
    assert.deepEqual(others, []);
    assert.deepEqual(guard, { name: "max_removed", limit: "not stated", value: 1, tripped: true });
    assert.match(message, /No limit of removals is set, and the plan removes 1 record/);
    assert.match(hint, /max_removed: .* --max-removed/);
    await vscode.commands.executeCommand("sluice.runPlan");
    const { report } = await shown("run");
    assert.equal(report.revertOf, second, "the plan was carried out in spite of its guard");

    await replace(await open(file), "mode: upsert", "mode: upsert\nguards: { max_removed: 1 }");
    await vscode.commands.executeCommand("sluice.revert", { root: root(), run: first });
    await vscode.commands.executeCommand("sluice.runPlan");
    const { results, onResults } = await sluice();
    const done = await until(
      [onResults],
      () => {
        const pane = results().run;
        return pane.state === "ready" && pane.result.report.revertOf === first && pane.result.report;
      },
      "the run",
    );
    assert.deepEqual([done.status, done.counts.deleted, done.counts.rejected], ["rejected", 1, 1]);
    // What is left on purpose is no problem of the mapping.
    assert.equal(problems(uriOf(file), "sluice dev").length, 0);
  });
});
