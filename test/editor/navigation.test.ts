import assert from "node:assert/strict";
import * as vscode from "vscode";
import { open, replace, revert, sluice, uriOf } from "./support";

const contacts = "syncs/contacts.sync.yaml";
const customers = "models/customers.sql";

/** The position of the cursor in a snippet of the text, marked by ¦. */
function at(document: vscode.TextDocument, snippet: string): vscode.Position {
  const start = document.getText().indexOf(snippet.replace("¦", ""));
  assert.ok(start >= 0, `the text has no ${snippet}`);
  return document.positionAt(start + snippet.indexOf("¦"));
}

/** `customers.sql:13 ltv` for each place, sorted. */
async function said(places: readonly (vscode.Location | vscode.LocationLink)[]): Promise<readonly string[]> {
  const texts = places.map(async (place) => {
    const [uri, range] =
      "uri" in place ? [place.uri, place.range] : [place.targetUri, place.targetSelectionRange ?? place.targetRange];
    const document = await vscode.workspace.openTextDocument(uri);
    return `${uri.path.split("/").at(-1)}:${range.start.line + 1} ${document.getText(range)}`;
  });
  return (await Promise.all(texts)).sort();
}

async function places(command: "Definition" | "Reference", file: string, snippet: string): Promise<readonly string[]> {
  const { document } = await open(file);
  return said(
    await vscode.commands.executeCommand(`vscode.execute${command}Provider`, document.uri, at(document, snippet)),
  );
}

async function renamed(file: string, snippet: string, name: string): Promise<readonly [string, vscode.TextEdit[]][]> {
  const { document } = await open(file);
  const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
    "vscode.executeDocumentRenameProvider",
    document.uri,
    at(document, snippet),
    name,
  );
  return edit.entries().map(([uri, edits]) => [uri.path.split("/").at(-1) ?? "", edits]);
}

async function lenses(file: string): Promise<readonly (readonly [string | undefined, number])[]> {
  const { document } = await open(file);
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    document.uri,
    50,
  );
  return found.map(({ command, range }) => [command?.title, range.start.line + 1]);
}

describe("names in a project", function () {
  before(sluice);
  afterEach(revert);

  it("lead from a column of an expression to its alias in the model's file", async () => {
    assert.deepEqual(await places("Definition", contacts, '"round(lt¦v'), ["customers.sql:11 ltv"]);
  });

  it("lead from a sync to its connection, to the syncs before it and to its model", async () => {
    assert.deepEqual(await places("Definition", contacts, "connection: hub¦spot"), [
      "sluice.yaml:15 hubspot",
      "sluice.yaml:8 hubspot",
    ]);
    assert.deepEqual(await places("Definition", contacts, "[comp¦anies]"), ["companies.sync.yaml:1 "]);
    assert.deepEqual(await places("Definition", contacts, "models/cust¦omers"), ["customers.sql:1 "]);
  });

  it("are found in every file that speaks of them, from the SQL too", async () => {
    const used = ["contacts.sync.yaml:18 first_name", "contacts.sync.yaml:25 first_name", "customers.sql:5 first_name"];
    assert.deepEqual((await places("Reference", customers, "c.first¦_name")).map(withoutLine), used.map(withoutLine));
    assert.deepEqual(
      (await places("Reference", contacts, "firstname: first¦_name")).map(withoutLine),
      used.map(withoutLine),
    );
    const files = (await places("Reference", "sluice.yaml", "hub¦spot:")).map((place) => place.split(":")[0]);
    assert.deepEqual([...new Set(files)], ["companies.sync.yaml", "contacts.sync.yaml", "sluice.yaml"]);
  });

  it("are lit up in their own file", async () => {
    const { document } = await open(contacts);
    const found = await vscode.commands.executeCommand<vscode.DocumentHighlight[]>(
      "vscode.executeDocumentHighlights",
      document.uri,
      at(document, "firstname: first¦_name"),
    );
    assert.deepEqual(
      found.map(({ range }) => document.getText(range)),
      ["first_name", "first_name"],
    );
  });

  it("get another name in the SQL, the mapping and the expression at once, in buffers as they stand", async () => {
    const editor = await open(contacts);
    await replace(editor, "last_order_date: last_order", "city: ltv");
    const edits = await renamed(contacts, "city: lt¦v", "lifetime_value");
    assert.deepEqual(
      edits.map(([file, all]) => [file, all.map(({ newText }) => newText)]),
      [
        ["customers.sql", ["lifetime_value"]],
        ["contacts.sync.yaml", ["lifetime_value", "lifetime_value"]],
      ],
    );
  });

  it("get an alias where the SQL names a plain column", async () => {
    const edits = await renamed(customers, "c.title¦,", "job");
    assert.deepEqual(
      edits.map(([file, all]) => [file, all.map(({ newText }) => newText)]),
      [
        ["customers.sql", [" as job"]],
        ["contacts.sync.yaml", ["job"]],
      ],
    );
  });

  it("keep their name, with the reason, where the destination gave it, or the model would break", async () => {
    await assert.rejects(renamed(contacts, "first¦name:", "x"), /destination's name/);
    await assert.rejects(renamed(contacts, '"round(lt¦v', "email"), /has a column "email" already/);
    await assert.rejects(renamed("syncs/companies.sync.yaml", "key: i¦d", "x"), /belongs to the table "companies"/);
  });

  it("are found by a few letters", async () => {
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[]>(
      "vscode.executeWorkspaceSymbolProvider",
      "cntcts",
    );
    assert.deepEqual(
      found.map(({ name, containerName }) => [name, containerName]),
      [["contacts", "hubspot · contacts"]],
    );
  });
});

describe("lenses", function () {
  before(sluice);
  afterEach(revert);

  it("say above a model which sync uses it, and above a connection how many do", async () => {
    assert.deepEqual(await lenses(customers), [["used by contacts.sync.yaml: Preview", 1]]);
    const { document } = await open("sluice.yaml");
    const line = (text: string) => document.positionAt(document.getText().indexOf(text)).line + 1;
    assert.deepEqual(await lenses("sluice.yaml"), [
      ["3 syncs", line("analytics:")],
      ["Test", line("analytics:")],
      ["2 syncs", line("hubspot:")],
      ["Test", line("hubspot:")],
      ["1 sync", line("exports:")],
      ["Test", line("exports:")],
    ]);
  });

  it("say of a field who else writes it, as the buffers stand", async () => {
    const other = await open("syncs/companies.sync.yaml");
    await replace(other, "object: companies", "object: contacts");
    await replace(other, "  name: name", "  jobtitle: name");
    const own = await open(contacts);
    const line = own.document.positionAt(own.document.getText().indexOf("jobtitle")).line + 1;
    const found = await lenses(contacts);
    assert.deepEqual(
      found.filter(([, at]) => at > 1),
      [["also written by companies.sync.yaml", line]],
    );
    await vscode.window.showTextDocument(uriOf("syncs/companies.sync.yaml"));
  });
});

function withoutLine(place: string): string {
  return place.replace(/:\d+/, "");
}
