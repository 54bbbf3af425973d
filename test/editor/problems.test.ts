import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { open, problems, quickFixes, replace, revert, root, sluice, until, untilProblems, uriOf } from "./support";

const file = "syncs/people.sync.yaml";
const text = `# People of our own, so that no other test meets them.
model:
  sql: |
    select * from (values
      (1, 'ada@people.io', 'Ada', 'paid'),
      (2, 'grace@people.io', repeat('G', 70000), 'paid'),
      (3, 'alan at people.io', 'Alan', 'trial'),
      (4, 'edsger@people.io', 'Edsger', 'churned'),
      (5, 'barbara@people.io', 'Barbara', 'gone')
    ) as people(id, email, name, plan)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  firstname: name # the name
  lifecyclestage: { column: plan, values: { paid: customer, trial: lead } }
`;

const codes = (found: readonly vscode.Diagnostic[]): readonly string[] => found.map(({ code }) => String(code)).sort();

async function fixAt(uri: vscode.Uri, line: string, title: RegExp): Promise<vscode.CodeAction> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.getText().indexOf(line);
  assert.ok(at >= 0, line);
  const fixes = await quickFixes(uri, document.lineAt(document.positionAt(at).line).range);
  return fixes.find((fix) => title.test(fix.title)) ?? assert.fail(fixes.map((fix) => fix.title).join("\n"));
}

async function apply(fix: vscode.CodeAction): Promise<void> {
  if (fix.edit) assert.ok(await vscode.workspace.applyEdit(fix.edit));
  if (fix.command) await vscode.commands.executeCommand(fix.command.command, ...(fix.command.arguments ?? []));
}

describe("values that do not fit", () => {
  before(async () => {
    await sluice();
    writeFileSync(uriOf(file).fsPath, text);
  });
  after(revert);

  it("are warnings on the lines of their mappings, counted unasked on a warehouse of this machine", async () => {
    const { document } = await open(file);
    const found = await untilProblems(document.uri, "sluice values", (all) => all.length >= 3, "the warnings");
    assert.deepEqual(codes(found), ["malformed-email", "no-matching-value", "value-too-long"]);
    const long = found.find(({ code }) => code === "value-too-long") ?? assert.fail();
    assert.equal(document.getText(long.range), "firstname: name");
    assert.match(long.message, /^1 of 5 rows: /);
    assert.equal(long.severity, vscode.DiagnosticSeverity.Warning);
  });

  it("hide while their mapping is another, come back on undo, and go once the fix is applied", async () => {
    const { document } = await open(file);
    const { uri } = document;
    const fix = await fixAt(uri, "firstname:", /^Cut it to 65,536 characters$/);
    assert.equal(fix.isPreferred, true);
    await apply(fix);
    assert.ok(document.getText().includes('  firstname: { sql: "left(name, 65536)" } # the name\n'));
    const without = (all: readonly vscode.Diagnostic[]): boolean => !codes(all).includes("value-too-long");
    await untilProblems(uri, "sluice values", without, "the warning to go");
    await vscode.commands.executeCommand("undo");
    await untilProblems(uri, "sluice values", (all) => all.length === 3, "the warning to come back");
    await apply(await fixAt(uri, "firstname:", /^Cut it/));
    await untilProblems(uri, "sluice values", (all) => all.length === 2, "the warning to go for good");
  });

  it("follow their lines when text is written above", async () => {
    const editor = await open(file);
    await replace(editor, "# People", "# One line more\n# People");
    const found = await untilProblems(
      editor.document.uri,
      "sluice values",
      (all) => all.some(({ range }) => editor.document.getText(range) === "email: email"),
      "the warning on its line",
    );
    assert.equal(found.length, 2);
  });

  it("are shown as the rows they are about", async () => {
    await apply(await fixAt(uriOf(file), "email: email", /^Show these rows$/));
    const { results, onResults } = await sluice();
    const shown = await until([onResults], () => results().rows.state === "ready" && results().rows, "the rows");
    assert.ok("result" in shown && shown.result.rows === 1);
  });

  it("are left out in the model, which keeps every line of its SQL", async () => {
    const editor = await open(file);
    await apply(await fixAt(editor.document.uri, "email: email", /^Leave these rows out/));
    assert.ok(editor.document.getText().includes("\n    select * from (\n    select * from (values\n"));
    await untilProblems(
      editor.document.uri,
      "sluice values",
      (all) => codes(all).join() === "no-matching-value",
      "the e-mail to go",
    );
  });

  it("are counted on command too", async () => {
    await vscode.commands.executeCommand("sluice.checkValues", uriOf(file));
    assert.deepEqual(codes(problems(uriOf(file), "sluice values")), ["no-matching-value"]);
    assert.ok(root());
  });
});
