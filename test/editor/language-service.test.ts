import assert from "node:assert/strict";
import * as vscode from "vscode";
import { open, replace, revert, sluice, untilProblems } from "./support";

describe("the language service of a sync file", () => {
  let editor: vscode.TextEditor;
  before(sluice);
  beforeEach(async () => {
    editor = await open("syncs/contacts.sync.yaml");
  });
  afterEach(revert);

  const at = (text: string): vscode.Position => {
    const { document } = editor;
    const found = document.getText().indexOf(text);
    assert.ok(found >= 0, `the text has no ${text}`);
    return document.positionAt(found + text.length);
  };
  const complete = async (text: string): Promise<readonly vscode.CompletionItem[]> => {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      editor.document.uri,
      at(text),
    );
    return list.items.filter(({ kind }) => kind !== vscode.CompletionItemKind.Text);
  };
  const names = (items: readonly vscode.CompletionItem[]): readonly string[] =>
    items.map(({ label }) => (typeof label === "string" ? label : label.label));

  it("fixes everything at once that has an obvious remedy", async () => {
    const { document } = editor;
    await replace(editor, "firstname: first_name", "firstname: frist_name");
    await replace(editor, "mode: mirror", "mode: miror");
    await untilProblems(document.uri, "sluice", (all) => all.some(({ code }) => code === "invalid-value"), "the mode");
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const find = (): Thenable<vscode.CodeAction[]> =>
      vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, whole, "source.fixAll.sluice");
    const [action] = await find();
    assert.ok(action?.edit, "no action");
    assert.ok(await vscode.workspace.applyEdit(action.edit));
    assert.match(document.getText(), /mode: mirror/);
    await untilProblems(
      document.uri,
      "sluice",
      (all) => all.some(({ code }) => code === "unknown-column"),
      "the column",
    );
    const [again] = await find();
    assert.ok(again?.edit, "no action for the column");
    assert.ok(await vscode.workspace.applyEdit(again.edit));
    assert.match(document.getText(), /firstname: first_name/);
  });

  it("completes sluice.yaml by the connectors there are", async () => {
    editor = await open("sluice.yaml");
    const { document } = editor;
    const end = document.positionAt(document.getText().length);
    await editor.edit((edit) => edit.insert(end, "\ntargets:\n  next:\n    warehouses:\n      w:\n        type: "));
    assert.ok(names(await complete("        type: ")).includes("duckdb"));
  });

  it("completes columns of the model, as the warehouse describes them", async () => {
    await replace(editor, "firstname: first_name", "firstname: ");
    assert.ok(names(await complete("firstname: ")).includes("first_name"));
  });

  it("completes fields of the destination that are not mapped yet", async () => {
    await replace(editor, "fields:\n", "fields:\n  \n");
    const found = names(await complete("fields:\n  "));
    assert.ok(found.includes("jobtitle") || found.includes("phone"), found.slice(0, 20).join(", "));
    assert.ok(!found.includes("firstname"));
  });

  it("completes modes the object has", async () => {
    await replace(editor, "mode: mirror", "mode: ");
    assert.ok(names(await complete("mode: ")).includes("upsert"));
  });

  it("says on a field what the destination knows of it", async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      editor.document.uri,
      at("  first"),
    );
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value)));
    assert.match(text.join(" ").replaceAll("&nbsp;", " "), /Filled from the column/);
  });

  it("outlines the file, fields with their sources", async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      "vscode.executeDocumentSymbolProvider",
      editor.document.uri,
    );
    const fields = symbols.find(({ name }) => name === "fields");
    assert.equal(fields?.children.find(({ name }) => name === "firstname")?.detail, "the column first_name");
  });

  it("formats without losing a comment", async () => {
    const before = editor.document.getText();
    await replace(editor, "  email: email", "  email:    email");
    await vscode.commands.executeCommand("editor.action.formatDocument");
    assert.equal(editor.document.getText(), before);
  });
});
