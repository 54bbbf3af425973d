import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { type PanelState } from "../../webview/protocol";
import { open, problems, quickFixes, replace, root, sluice, until, untilProblems, uriOf } from "./support";

const file = "syncs/contacts.sync.yaml";

/** Waits for a tab to show a result. */
async function ready<Tab extends "rows" | "records" | "plan" | "run">(tab: Tab) {
  const { results, onResults } = await sluice();
  return until(
    [onResults],
    () => {
      const pane = results()[tab];
      if (pane.state === "failed") throw new Error(pane.failure.message);
      return pane.state === "ready" && (pane as Extract<PanelState[Tab], { state: "ready" }>);
    },
    `the tab ${tab}`,
  );
}

const runs = (): readonly string[] => {
  const folder = path.join(root(), ".sluice/runs");
  return existsSync(folder) ? readdirSync(folder) : [];
};

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the work of a sync", function () {
  before(sluice);

  it("previews the model's rows", async () => {
    const { document } = await open(file);
    await vscode.commands.executeCommand("sluice.preview", document.uri);
    const { result, subject } = await ready("rows");
    assert.deepEqual(subject, { sync: "contacts", destination: "hubspot · contacts", target: "dev" });
    assert.ok(result.rows > 400 && !result.truncated);
    assert.ok(result.columns.some(({ name }) => name === "ltv"));
  });

  it("shows what rows would become", async () => {
    await vscode.commands.executeCommand("sluice.records", uriOf(file));
    const { result } = await ready("records");
    assert.ok(result.count > 0 && result.rejected > 0);
  });

  it("asks how the first run begins, then shows the plan and writes nothing", async () => {
    const before = runs();
    const planning = vscode.commands.executeCommand("sluice.dryRun", uriOf(file));
    // The first choice is to send everything. The question is not there at once, and accepting nothing does nothing.
    const asking = setInterval(
      () => void vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"),
      200,
    );
    await planning;
    clearInterval(asking);
    const { result } = await ready("plan");
    assert.ok(result.counts.create > 300);
    assert.deepEqual(result.counts.update, 0);
    assert.deepEqual(runs(), before);
  });

  it("runs the plan that is shown, and puts every refused record on the line that caused it", async () => {
    await vscode.commands.executeCommand("sluice.runPlan");
    const { result } = await ready("run");
    const { counts, groups, status } = result.report;
    assert.equal(status, "rejected");
    assert.ok(counts.created > 300);

    const uri = uriOf(file);
    const found = await untilProblems(uri, "sluice dev", (all) => all.length === groups.length, "the rejections");
    const { document } = await open(file);
    const lines = found.map(({ range }) => document.lineAt(range.start.line).text.trim().split(":")[0]);
    assert.deepEqual([...new Set(lines)].sort(), ["email", "key", "lifecyclestage", "match"]);
    assert.equal(
      found.reduce((sum, { message }) => sum + Number(/^(\d+)/.exec(message)?.[1]), 0),
      counts.rejected,
    );
    const refused = found.find(({ message }) => /jean|invalid/i.test(message)) ?? assert.fail("no refusal");
    assert.equal(refused.relatedInformation?.length, 1);
    assert.equal((refused.code as { target: vscode.Uri }).target.scheme, "command");
  });

  it("hides a rejection when its mapping is edited, and brings it back on undo", async () => {
    const editor = await open(file);
    const { uri } = editor.document;
    const before = problems(uri, "sluice dev").length;
    await replace(editor, "trial: lead }", "trial: lead, churned: other }");
    await untilProblems(uri, "sluice dev", (all) => all.length === before - 1, "the rejection to hide");
    await vscode.commands.executeCommand("undo");
    await untilProblems(uri, "sluice dev", (all) => all.length === before, "the rejection to come back");
  });

  it("retries the records of one problem once it is mended, by its quick fix", async () => {
    const editor = await open(file);
    const { uri } = editor.document;
    const line = editor.document
      .getText()
      .split("\n")
      .findIndex((text) => text.includes("lifecyclestage:"));
    const fixes = await quickFixes(uri, editor.document.lineAt(line).range);
    const retry = fixes.find(({ title }) => title === "Retry these records") ?? assert.fail("no quick fix");
    await replace(editor, "trial: lead }", "trial: lead, churned: other }");
    const before = problems(uri, "sluice dev").length;
    await vscode.commands.executeCommand(retry.command?.command ?? "", ...(retry.command?.arguments ?? []));
    assert.equal(editor.document.isDirty, false);
    const { result } = await ready("run");
    assert.ok(result.report.retryOf);
    assert.equal(result.report.counts.rejected, 0);
    assert.ok(result.report.counts.created > 50);
    // The problems of the other fields are still open.
    await untilProblems(uri, "sluice dev", (all) => all.length > 0 && all.length <= before, "the other rejections");
    assert.ok(!problems(uri, "sluice dev").some(({ range }) => range.start.line === line));
  });

  it("survives the death of its engine in the middle of everything", async () => {
    const api = await sluice();
    const pid = api.enginePid() ?? assert.fail("no engine");
    process.kill(pid, "SIGKILL");
    await until([api.onResults], () => api.enginePid() !== pid, "the engine to be missed");
    await vscode.commands.executeCommand("sluice.preview", uriOf(file));
    await ready("rows");
    assert.notEqual(api.enginePid(), pid);
  });

  it("takes in the runs of the command line", async () => {
    const extension = vscode.extensions.getExtension("sluice.sluice") ?? assert.fail("no extension");
    const cli = path.join(extension.extensionPath, "dist/cli.js");
    const before = runs();
    // Some records are rejected: that is exit code 3.
    await promisify(execFile)(process.execPath, [cli, "run", "contacts"], { cwd: root() }).catch(() => undefined);
    const run = runs().find((one) => !before.includes(one)) ?? assert.fail("no run");
    const isOfIt = ({ code }: vscode.Diagnostic): boolean =>
      (code as { target: vscode.Uri }).target.query.includes(run);
    const found = await untilProblems(
      uriOf(file),
      "sluice dev",
      (all) => all.length > 0 && all.every(isOfIt),
      "its report",
    );
    assert.ok(found.length >= 6);
  });

  it("starts its engine anew on command, and the old one ends", async () => {
    const { enginePid } = await sluice();
    const old = enginePid() ?? assert.fail("no engine");
    await vscode.commands.executeCommand("sluice.restartEngine");
    await vscode.commands.executeCommand("sluice.preview", uriOf(file));
    assert.notEqual(enginePid(), old);
    // It goes once its channel is closed; asking again and again is all a stranger can do.
    for (let asks = 0; isAlive(old); asks++) {
      assert.ok(asks < 600, "the old engine is still there");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it("shows an earlier run again", async () => {
    const run = [...runs()].sort()[0] ?? assert.fail("no run");
    await vscode.commands.executeCommand("sluice.openRun", { root: root(), run });
    const { result } = await ready("run");
    assert.equal(result.report.id, run);
  });
});
