import assert from "node:assert/strict";
import * as vscode from "vscode";
import { type Ask, type Asks, type FromWebview, type PanelState } from "../../webview/protocol";
import { open, replace, revert, sluice, until, uriOf } from "./support";

const file = "syncs/contacts.sync.yaml";

async function ready<Tab extends "records" | "plan" | "run">(tab: Tab) {
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

async function say(message: FromWebview): Promise<void> {
  await (await sluice()).receiveResults(message, () => undefined);
}

/** Asks as a page does. */
async function ask<Name extends keyof Asks>(name: Name, question: Asks[Name]["ask"]): Promise<Asks[Name]["answer"]> {
  let given: unknown;
  const message = { type: "ask", id: 1, ask: { name, ...question } as Ask } as const;
  await (
    await sluice()
  ).receiveResults(message, (said) => {
    assert.equal(said.type, "answer", JSON.stringify(said));
    given = (said as { readonly answer: unknown }).answer;
  });
  return given as Asks[Name]["answer"];
}

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

describe("results in the workbench", function () {
  before(sluice);
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("show the request a record becomes, without credentials, and find one by its key", async () => {
    await vscode.commands.executeCommand("sluice.records", uriOf(file));
    const { id, result } = await ready("records");
    const [first] = await ask("records", { result: id, offset: 0, limit: 1 });
    assert.equal(first?.request?.method, "POST");
    assert.match(first.request.path, /^\/crm\/objects\/.*\/contacts\/batch\//);
    assert.match(JSON.stringify(first.request.body), /lifetime_value/);
    assert.doesNotMatch(JSON.stringify(first).toLowerCase(), /bearer|authorization/);
    const found = await ask("findRecord", { result: id, key: ` ${String(first.key)}.0` });
    assert.deepEqual(found, [first]);
    const rejected = await ask("records", { result: id, only: "rejected", offset: 0, limit: 200 });
    assert.equal(rejected.length, result.rejected);
    assert.ok(rejected.every(({ rejection, request }) => rejection && !request));
  });

  it("open one planned record in the diff editor, at an address that says nothing of it", async () => {
    const editor = await open(file);
    await replace(editor, "round(ltv, 2)", "round(ltv, 2) + 1");
    await vscode.commands.executeCommand("sluice.dryRun", uriOf(file));
    const { id, result } = await ready("plan");
    assert.ok(result.counts.update > 0);
    const [change] = await ask("changes", { plan: id, actions: ["update"], offset: 0, limit: 1 });
    assert.ok(change);
    await say({ type: "open-diff", plan: id, key: change.key, change: change.id });
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.match(input.original.toString(), /^sluice:\/[\w-]+\/before\.json$/);
    const read = async (uri: vscode.Uri): Promise<Record<string, unknown>> =>
      JSON.parse((await vscode.workspace.openTextDocument(uri)).getText()) as Record<string, unknown>;
    const before = await read(input.original);
    const after = await read(input.modified);
    assert.equal(Number(after.lifetime_value) - Number(before.lifetime_value), 1);
  });

  it("say that a plan is stale once its file has changed", async () => {
    const { id } = await ready("plan");
    assert.deepEqual(await ask("freshness", { plan: id }), {});
    await open(file);
    await revert();
    assert.deepEqual(await ask("freshness", { plan: id }), { stale: "definition" });
  });

  it("keep a pinned plan while a newer one is made, and read it back when asked to", async () => {
    const { results } = await sluice();
    const { id } = await ready("plan");
    await say({ type: "pin", result: id });
    await say({ type: "plan-again", plan: id, readBack: "all" });
    const newer = await ready("plan");
    assert.notEqual(newer.id, id);
    const [pinned] = results().pinned;
    assert.equal(pinned?.pane.id, id);
    assert.ok((await ask("changes", { plan: id, offset: 0, limit: 1 })).length > 0);
    await say({ type: "unpin", result: id });
    assert.deepEqual(results().pinned, []);
  });

  it("search what a run was told, and page through the requests that were kept", async () => {
    await vscode.commands.executeCommand("sluice.run", uriOf(file));
    const { id, result } = await ready("run");
    const { text } = { text: result.report.groups[0]?.reason.slice(0, 12) ?? assert.fail("no rejection") };
    const { hits } = await ask("searchRun", { run: id, text: text.toUpperCase(), offset: 0, limit: 10 });
    assert.equal(hits[0]?.where, "reason");
    assert.ok(result.earlier);
    await say({ type: "open-run", run: id, other: result.earlier });
    const before = await ready("run");
    assert.equal(before.id, result.earlier);
    assert.ok(before.result.later);
    const exchanges = await ask("exchanges", { run: before.id, offset: 0, limit: 5 });
    assert.ok(exchanges.every(({ method, url }) => method !== "" && url.startsWith("http")));
  });

  it("open one in an editor of its own", async () => {
    const { id } = await ready("run");
    await say({ type: "open-in-editor", result: id });
    await until(
      [vscode.window.tabGroups.onDidChangeTabs],
      () =>
        tabs().some(({ input }) => input instanceof vscode.TabInputWebview && /sluice\.result$/.test(input.viewType)),
      "the page of the run",
    );
  });
});
