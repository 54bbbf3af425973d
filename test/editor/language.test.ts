import assert from "node:assert/strict";
import * as vscode from "vscode";
import { open, sluice } from "./support";

describe("a sync file in the editor", () => {
  it("is a sync definition, indented by spaces", async () => {
    const { document, options } = await open("syncs/contacts.sync.yaml");
    assert.equal(document.languageId, "sync-definition");
    assert.deepEqual([options.insertSpaces, options.tabSize], [true, 2]);
  });

  it("leaves sluice.yaml to YAML", async () => {
    assert.equal((await open("sluice.yaml")).document.languageId, "yaml");
  });

  it("offers what can be done with it, above the first line", async () => {
    await sluice();
    const { document } = await open("syncs/contacts.sync.yaml");
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      10,
    );
    assert.deepEqual(
      lenses.map(({ command, range }) => [command?.title, range.start.line]),
      [
        ["Preview", 0],
        ["Records", 0],
        ["Check values", 0],
        ["Dry run", 0],
        ["Run", 0],
        ["Map fields", 0],
        ["runs after companies", 0],
      ],
    );
  });
});
