import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type MappingState } from "../../webview/mapping-protocol";
import { root, sluice, until, uriOf } from "./support";

const file = "syncs/mapped.sync.yaml";
const text = `# Kept as it is
model:
  file: ../models/customers.sql
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email # the match
  lastname: { column: last_name, nulls: skip }
`;

describe("the mapping editor", function () {
  const uri = (): vscode.Uri => uriOf(file);
  const document = (): Thenable<vscode.TextDocument> => vscode.workspace.openTextDocument(uri());
  const now = async (): Promise<string> => (await document()).getText();

  before(async () => {
    await sluice();
    writeFileSync(path.join(root(), file), text);
    const { document: opened } = await vscode.window.showTextDocument(await document());
    await vscode.commands.executeCommand("sluice.mapFields", opened.uri);
  });
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(path.join(root(), file));
  });

  async function session() {
    const { mapping } = await sluice();
    return until([vscode.window.tabGroups.onDidChangeTabs], () => mapping(uri()), "the mapping editor");
  }
  /** Waits for a state of the text as it is now. */
  async function state(ready: (state: MappingState) => boolean, what: string): Promise<MappingState> {
    const found = await session();
    const opened = await document();
    return until(
      [found.onDidChange],
      () => found.state.version === opened.version && !found.state.busy && ready(found.state) && found.state,
      what,
    );
  }
  async function intend(intent: Parameters<Awaited<ReturnType<typeof session>>["receive"]>[0] & { type: "intent" }) {
    return (await session()).receive(intent);
  }
  /** As the page's keys do: to the editor in front. */
  async function undo(): Promise<void> {
    await vscode.commands.executeCommand("vscode.openWith", uri(), "sluice.mapping", vscode.ViewColumn.Two);
    await vscode.commands.executeCommand("undo");
  }

  it("opens beside the text, and knows the model's columns, what they hold and a row", async () => {
    const found = await state(({ sample }) => sample !== undefined, "the model's rows");
    assert.equal(vscode.window.tabGroups.activeTabGroup.viewColumn, vscode.ViewColumn.Two);
    assert.deepEqual(
      found.definition?.fields.map(({ field }) => field),
      ["email", "lastname"],
    );
    assert.deepEqual([found.file, found.target, found.connections.includes("hubspot")], [file, "dev", true]);
    assert.ok(found.columns?.some(({ name }) => name === "ltv"));
    assert.ok((found.facts?.sampled ?? 0) > 400);
    assert.ok(found.sample !== undefined && "fields" in found.sample && "wire" in (found.sample.fields["email"] ?? {}));
  });

  it("asks the destination for its fields on a click, and proposes what might fill them", async () => {
    rmSync(path.join(root(), "schema/hubspot.json"));
    const { canDescribe } = await state(({ object }) => object === undefined, "the fields to be gone");
    assert.equal(canDescribe, true);
    await (await session()).receive({ type: "describe" });
    const { proposals } = await state(({ object }) => object !== undefined, "the destination's fields");
    const first = new Map(proposals.map(({ field, column }) => [field, column]));
    assert.equal(first.get("firstname"), "first_name");
    assert.equal(first.get("jobtitle"), "title");
    assert.ok(!first.has("email"), "it is mapped");
  });

  it("maps a field by the smallest edit, which one undo takes back", async () => {
    const { version } = await state(() => true, "a state");
    const refused = await intend({
      type: "intent",
      version,
      intent: { intent: "map", field: "jobtitle", mapping: { column: "title", write: "create_only" } },
    });
    assert.equal(refused, undefined);
    assert.equal(await now(), `${text}  jobtitle: { column: title, write: create_only }\n`);
    const { proposals, sample } = await state(({ definition }) => definition?.fields.length === 3, "the new mapping");
    assert.ok(!proposals.some(({ field }) => field === "jobtitle"));
    assert.ok(sample !== undefined && "fields" in sample && sample.fields["jobtitle"] !== undefined);
    await undo();
    assert.equal(await now(), text);
    await vscode.commands.executeCommand("redo");
    assert.match(await now(), /jobtitle/);
    await undo();
    assert.equal(await now(), text);
  });

  it("accepts all proposals as one undo", async () => {
    const { version, proposals } = await state(({ proposals: all }) => all.length > 3, "proposals");
    const mappings = proposals.map(({ field, mapping }) => ({ field, mapping }));
    await intend({ type: "intent", version, intent: { intent: "map-all", mappings } });
    await state(({ definition }) => definition?.fields.length === 2 + mappings.length, "all of them");
    assert.ok((await now()).startsWith(text));
    await undo();
    assert.equal(await now(), text);
  });

  it("carries out what was meant for an earlier text where its place is as it was, and refuses it elsewhere", async () => {
    const { version } = await state(() => true, "a state");
    const edit = new vscode.WorkspaceEdit();
    const opened = await document();
    const at = opened.positionAt(text.indexOf("last_name"));
    edit.replace(uri(), new vscode.Range(at, at.translate(0, "last_name".length)), "surname");
    await vscode.workspace.applyEdit(edit);
    const map = (field: string) =>
      intend({ type: "intent", version, intent: { intent: "map", field, mapping: "mail" } });
    assert.match((await map("lastname")) ?? "", /changed meanwhile/);
    const gone = await intend({ type: "intent", version, intent: { intent: "unmap", field: "gone" } });
    assert.match(gone ?? "", /not mapped/);
    assert.equal(await map("email"), undefined);
    assert.match(await now(), /email: mail # the match/);
    await undo();
    await undo();
    assert.equal(await now(), text);
  });

  it("shows of a broken file what can be read, says what is wrong, and changes nothing", async () => {
    const opened = await document();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri(), opened.positionAt(text.length), "tags: [crm\n");
    await vscode.workspace.applyEdit(edit);
    const broken = await state(({ problems }) => problems.some(({ code }) => code === "yaml-syntax"), "the problem");
    assert.ok((broken.columns?.length ?? 0) > 5, "the model can be described all the same");
    const refused = await intend({
      type: "intent",
      version: broken.version,
      intent: { intent: "unmap", field: "email" },
    });
    assert.match(refused ?? "", /cannot be read as YAML/);
    await undo();
    assert.equal(await now(), text);
  });

  it("does not propose again what was dismissed", async () => {
    const found = await session();
    const before = await state(({ proposals }) => proposals.some(({ field }) => field === "firstname"), "the proposal");
    await found.receive({ type: "dismiss", field: "firstname" });
    assert.deepEqual(
      found.state.proposals.map(({ field }) => field),
      before.proposals.map(({ field }) => field).filter((field) => field !== "firstname"),
    );
  });

  it("shows values that do not fit at their mapping, until it is another one", async () => {
    const before = await now();
    const edit = new vscode.WorkspaceEdit();
    const opened = await document();
    const end = opened.positionAt(text.length);
    const line = "  lifecyclestage: { column: plan, values: { enterprise: customer } }\n";
    edit.insert(uri(), end, line);
    await vscode.workspace.applyEdit(edit);
    const about = ({ problems }: MappingState) => problems.filter(({ path: [, field] }) => field === "lifecyclestage");
    const found = await state((one) => about(one).length > 0, "the warning about the values");
    assert.deepEqual(
      about(found).map(({ code, severity, path: where }) => [code, severity, where[0]]),
      [["no-matching-value", "warning", "fields"]],
    );
    await undo();
    assert.equal(await now(), before);
    assert.deepEqual(about(await state(() => true, "a state")), []);
  });

  it("shows the values of another row, and where the rows end", async () => {
    const found = await session();
    await found.receive({ type: "sample", row: 1 });
    const one = await state(({ sample }) => sample !== undefined && "row" in sample && sample.row === 1, "row 1");
    assert.ok(one.sample !== undefined && "cells" in one.sample && one.sample.cells["email"] !== undefined);
    await found.receive({ type: "sample", row: 1_000_000 });
    await state(({ sample }) => sample !== undefined && "cells" in sample && sample.row === undefined, "no such row");
  });

  it("shows the place of a mapping in the text, beside", async () => {
    await (await session()).receive({ type: "reveal", path: ["fields", "lastname", "nulls"] });
    const editor = vscode.window.activeTextEditor ?? assert.fail("no text editor");
    assert.equal(editor.document.getText(editor.selection), "skip");
    assert.equal(editor.viewColumn, vscode.ViewColumn.One);
  });

  it("is one session for all editors of a document, and ends with the last", async () => {
    const { mapping } = await sluice();
    const found = await session();
    await vscode.commands.executeCommand("vscode.openWith", uri(), "sluice.mapping", vscode.ViewColumn.Three);
    assert.equal(mapping(uri()), found);
    const { groups } = { groups: vscode.window.tabGroups };
    const ours = groups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputCustom);
    assert.equal(ours.length, 2);
    await groups.close(ours[0] as vscode.Tab);
    assert.equal(mapping(uri()), found);
    await groups.close(ours.slice(1));
    await until([groups.onDidChangeTabs], () => mapping(uri()) === undefined, "the end of the session");
  });
});
