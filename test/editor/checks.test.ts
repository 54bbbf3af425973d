import assert from "node:assert/strict";
import * as vscode from "vscode";
import { open, problems, quickFixes, replace, revert, sluice, untilProblems } from "./support";

describe("checks as you type", () => {
  before(sluice);
  afterEach(async () => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    await revert();
    // What one test typed is not to be met by the next.
    if (uri !== undefined) await untilProblems(uri, "sluice", (all) => all.length === 0, "the problems to go");
  });

  it("mark a misspelt key, offer the right one, and are gone when it is mended", async () => {
    const editor = await open("syncs/contacts.sync.yaml");
    const { uri } = editor.document;
    await replace(editor, "on_removed: archive", "on_remvoed: archive");
    const found = await untilProblems(
      uri,
      "sluice",
      (all) => all.some(({ code }) => code === "unknown-key"),
      "the problem",
    );
    const problem = found.find(({ code }) => code === "unknown-key") ?? assert.fail("no problem");
    assert.equal(editor.document.getText(problem.range), "on_remvoed");
    assert.match(problem.message, /on_removed/);

    const fixes = await quickFixes(uri, problem.range);
    const fix = fixes.find(({ edit }) => edit !== undefined) ?? assert.fail("no quick fix");
    assert.ok(await vscode.workspace.applyEdit(fix.edit ?? assert.fail("no edit")));
    assert.match(editor.document.getText(), /^on_removed: archive$/m);
    await untilProblems(uri, "sluice", (all) => all.length === 0, "the problem to go");
  });

  it("ask the warehouse for the model's columns", async () => {
    const editor = await open("syncs/contacts.sync.yaml");
    await replace(editor, "firstname: first_name", "firstname: frist_name");
    const isOfIt = ({ message }: vscode.Diagnostic): boolean => message.includes("frist_name");
    const found = await untilProblems(editor.document.uri, "sluice", (all) => all.some(isOfIt), "the problem");
    assert.equal(
      found.find(isOfIt)?.range.start.line,
      editor.document
        .getText()
        .split("\n")
        .findIndex((line) => line.includes("frist_name")),
    );
  });

  it("read the project file too", async () => {
    const editor = await open("sluice.yaml");
    await replace(editor, "type: duckdb", "type: dukdb");
    const isOfIt = ({ message }: vscode.Diagnostic): boolean => message.includes("duckdb");
    await untilProblems(editor.document.uri, "sluice", (all) => all.some(isOfIt), "the problem");
  });

  it("say nothing of the sample as it is", async () => {
    const editor = await open("syncs/companies.sync.yaml");
    await replace(editor, "name", "nmae");
    await untilProblems(editor.document.uri, "sluice", (all) => all.length > 0, "the problem");
    await revert();
    await untilProblems(editor.document.uri, "sluice", (all) => all.length === 0, "the problem to go");
    assert.deepEqual(problems(editor.document.uri, "sluice"), []);
  });
});
