import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { openDuckDb } from "../../src/warehouses/duckdb-driver";
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

const members = "syncs/members.sync.yaml";
const membersText = `model: { table: members, key: id }
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  firstname: name
  lifecyclestage: { column: plan, values: { paid: customer, trial: lead } }
`;

async function inWarehouse(sql: string): Promise<void> {
  const db = await openDuckDb(path.join(root(), "warehouse.duckdb"));
  try {
    await db.run(sql);
  } finally {
    db.close();
  }
}

const untilRejections = (what: string, ready: (messages: readonly string[]) => boolean) =>
  untilProblems(uriOf(members), "sluice dev", (all) => ready(all.map(({ message }) => message)), what);

/** The text on a diagnostic's line up to its colon, with the message's first word. */
async function lines(found: readonly vscode.Diagnostic[]): Promise<readonly string[]> {
  const document = await vscode.workspace.openTextDocument(uriOf(members));
  return found
    .map(
      ({ range, message }) => `${document.lineAt(range.start.line).text.trim().split(":")[0]} ${message.split(" ")[0]}`,
    )
    .sort();
}

describe("rejected records", () => {
  before(async () => {
    await sluice();
    await inWarehouse(`create table members as select * from (values
      (1, 'ada@members.io', 'Ada', 'paid'),
      (2, 'alan at members.io', 'Alan', 'trial'),
      (3, 'edsger@members.io', 'Edsger', 'churned'),
      (4, 'barbara@members.io', 'Barbara', 'gone'),
      (5, 'kate..j@members.io', 'Kate', 'paid'),
      (6, 'joan..c@members.io', 'Joan', 'paid')) as members(id, email, name, plan)`);
    writeFileSync(uriOf(members).fsPath, membersText);
  });

  it("are one problem for each field and reason, whatever values the reason repeats", async () => {
    const { document } = await open(members);
    await vscode.commands.executeCommand("sluice.run", document.uri);
    const found = await untilRejections("the rejections", (all) => all.length === 3);
    assert.deepEqual(await lines(found), ["email 1", "email 2", "lifecyclestage 2"]);
  });

  it("offer what mends them, and what sends and shows them", async () => {
    const { document } = await open(members);
    const at = document.positionAt(document.getText().indexOf("lifecyclestage"));
    const titles = (await quickFixes(document.uri, document.lineAt(at.line).range)).map(({ title }) => title);
    for (const title of [
      "Map the missing values…",
      "Add a default…",
      "Retry these records",
      "Retry one of these records…",
      "Leave these records out in the model",
      "Show these records",
    ])
      assert.ok(titles.includes(title), `${title} is not among ${titles.join(", ")}`);
  });

  it("show the request and the response of one", async () => {
    await apply(
      await fixAt(uriOf(members), "email: email", /^Show request and response \(Email address .* is invalid\)$/),
    );
    const shown = vscode.window.activeTextEditor?.document ?? assert.fail("no document");
    assert.equal(shown.uri.scheme, "sluice-exchange");
    assert.match(shown.getText(), /^POST http.*[^]*HTTP (400|207)/);
    assert.doesNotMatch(shown.getText(), /authorization: bearer/i);
  });

  it("grow fewer when one of them is sent again", async () => {
    await inWarehouse("update members set plan = 'paid' where id = 4");
    const retry = await fixAt(uriOf(members), "lifecyclestage:", /^Retry these records$/);
    const [records] = retry.command?.arguments as [{ run: string }];
    await vscode.commands.executeCommand("sluice.retry", { ...records, keys: ["4"] });
    const found = await untilRejections("one less", (all) =>
      all.some((message) => /^1 record rejected: The/.test(message)),
    );
    assert.deepEqual(await lines(found), ["email 1", "email 2", "lifecyclestage 1"]);
  });

  it("stand in the mapping editor too, each with the way to its records", async () => {
    const uri = uriOf(members);
    const { mapping, results, onResults } = await sluice();
    await vscode.commands.executeCommand("sluice.mapFields", uri);
    const session = await until([vscode.window.tabGroups.onDidChangeTabs], () => mapping(uri), "the mapping editor");
    const { rejections } = session.state;
    assert.deepEqual(rejections.map(({ path: where, severity }) => `${where.join(".")} ${severity}`).sort(), [
      "fields.email error",
      "fields.email error",
      "fields.lifecyclestage error",
    ]);
    const { run, group = -1 } = rejections.find(({ path: [, field] }) => field === "email") ?? assert.fail();
    // The panel shows the run that sent one of them again.
    const isShown = (): boolean => {
      const shown = results().run;
      return shown.state === "ready" && shown.result.report.id === run;
    };
    assert.ok(!isShown() && group >= 0);
    await session.receive({ type: "rejected", run, group });
    await until([onResults], isShown, "the run");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("hide once a default is added by the fix, come back on undo, and are gone when they were sent", async () => {
    const { document } = await open(members);
    const retry = await fixAt(document.uri, "lifecyclestage:", /^Retry these records$/);
    const accepting = setInterval(
      () => void vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"),
      200,
    );
    await apply(await fixAt(document.uri, "lifecyclestage:", /^Add a default…$/));
    clearInterval(accepting);
    assert.match(document.getText(), /lifecyclestage: \{ .*, default: \w+ \}/);
    await untilRejections("the rejection to hide", (all) => all.length === 2);
    await vscode.commands.executeCommand("undo");
    await untilRejections("the rejection to come back", (all) => all.length === 3);
    await vscode.commands.executeCommand("redo");
    await apply(retry);
    await vscode.commands.executeCommand("undo");
    await untilRejections("only the e-mails", (all) => all.length === 2);
    await vscode.commands.executeCommand("redo");
    await document.save();
  });

  it("leave Problems empty when they are left out of the model", async () => {
    const { document } = await open(members);
    await apply(
      await fixAt(
        document.uri,
        "email: email",
        /^Leave these records out in the model \(Email address .* is invalid\)$/,
      ),
    );
    await untilRejections("none", (all) => all.length === 0);
    assert.match(document.getText(), /sql: "?select \* from members where coalesce\(cast\(id as varchar\) not in \('/);
    await vscode.commands.executeCommand("sluice.run", document.uri);
    const { results } = await sluice();
    const { run } = results();
    assert.ok(run.state === "ready" && run.result.report.id);
  });

  it("of hundreds of reasons stay few lines, soon", async () => {
    const { document } = await open(members);
    const id = "99991231-235959-many";
    const folder = path.join(root(), ".sluice/runs", id);
    const groups = Array.from({ length: 500 }, (_, reason) => {
      const rejection = {
        stage: "destination",
        field: reason % 2 === 0 ? "email" : "firstname",
        code: "INVALID",
        reason: `no ${[...String(reason)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`,
      };
      return { ...rejection, count: 20, examples: [{ key: reason, ...rejection }] };
    });
    const records = groups.flatMap(({ examples: [one] }) => Array.from({ length: 20 }, () => JSON.stringify(one)));
    const counts = { created: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, held: 0, inDoubt: 0, retries: 0 };
    const report = {
      ...{ version: 1, id, sync: "members", file: members, target: "dev", status: "rejected", plan: "" },
      ...{ startedAt: "9999-12-31T23:59:59Z", finishedAt: "9999-12-31T23:59:59Z", definitionDigest: "" },
      ...{ counts: { ...counts, rejected: records.length, requests: 100 }, groups },
    };
    mkdirSync(folder);
    writeFileSync(path.join(folder, "rejections.jsonl"), `${records.join("\n")}\n`);
    const began = performance.now();
    writeFileSync(path.join(folder, "report.json"), JSON.stringify(report));
    const found = await untilRejections("the many", (all) =>
      all.some((message) => message.includes("240 other reasons")),
    );
    const seconds = (performance.now() - began) / 1000;
    console.log(`      500 reasons of 10,000 rejections stood in Problems after ${seconds.toFixed(2)} s`);
    assert.equal(found.length, 22);
    const shown = performance.now();
    const fixes = await quickFixes(document.uri, found[0]?.range ?? assert.fail());
    assert.ok(fixes.length >= 11);
    assert.ok(seconds < 10 && performance.now() - shown < 2000);
  });
});
