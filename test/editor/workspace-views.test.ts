import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { sluice, uriOf } from "./support";

/** Label, context and icon of what a view shows below a node. */
async function shown<Node>(view: vscode.TreeDataProvider<Node>, below?: Node) {
  const nodes = (await view.getChildren(below)) ?? [];
  return Promise.all(
    nodes.map(async (node) => {
      const item = await view.getTreeItem(node);
      const icon = item.iconPath instanceof vscode.ThemeIcon ? item.iconPath.id : undefined;
      return { node, item, line: [item.label, item.contextValue, icon].join(" | ") };
    }),
  );
}

const lines = (items: readonly { readonly line: string }[]): readonly string[] => items.map(({ line }) => line);

/** A sync of our own: the first runs of the sample's are other tests'. */
const file = "syncs/viewed.sync.yaml";
const text = `model:
  sql: |
    select * from (values (1, 'ada@viewed.io', 'paid'), (2, 'alan@viewed.io', 'gone')) as viewed(id, email, plan)
  key: id
destination: { connection: hubspot, object: contacts, match: email }
mode: upsert
fields:
  email: email
  lifecyclestage: { column: plan, values: { paid: customer } }
`;

describe("the views", function () {
  before(async () => {
    await sluice();
    writeFileSync(uriOf(file).fsPath, text);
    // The first choice of a first run is to send everything.
    const asking = setInterval(
      () => void vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"),
      200,
    );
    await vscode.commands.executeCommand("sluice.run", uriOf(file));
    clearInterval(asking);
  });
  after(() => rmSync(uriOf(file).fsPath));

  it("show each sync with what became of its last run", async () => {
    const { views } = await sluice();
    const items = await shown(views.syncs);
    const viewed = items.find(({ item }) => item.label === "viewed") ?? assert.fail(lines(items).join("\n"));
    assert.equal(viewed.line, "viewed | sync rejected | warning");
    assert.equal(viewed.item.description, "contacts · upsert");
    assert.match(String(viewed.item.tooltip), /dev · rejected: 1 applied, 1 rejected/);
    assert.ok(items.every(({ item }) => /^sync( rejected)?$/.test(String(item.contextValue))));
  });

  it("show connections, what they hold, and what a field is", async () => {
    const { views } = await sluice();
    const connections = await shown(views.connections);
    assert.deepEqual(lines(connections).slice().sort(), [
      "analytics | warehouse | database",
      "exports | destination | cloud-upload",
      "hubspot | destination | cloud-upload",
    ]);
    const named = (name: string) => connections.find(({ item }) => item.label === name)?.node ?? assert.fail(name);
    const tables = await shown(views.connections, named("analytics"));
    const customers = tables.find(({ item }) => item.label === "customers") ?? assert.fail(lines(tables).join("\n"));
    assert.equal(customers.line, "customers | object | table");
    assert.ok(lines(await shown(views.connections, customers.node)).includes("company_domain | field | symbol-field"));
    const objects = await shown(views.connections, named("hubspot"));
    assert.ok(lines(objects).includes("contacts | object | symbol-class"), lines(objects).join("\n"));
  });

  it("show runs by day, and by sync, with what was rejected", async () => {
    const { views } = await sluice();
    const today = (await shown(views.runs)).find(({ item }) => item.label === "Today") ?? assert.fail("no run today");
    const [last] = await shown(views.runs, today.node);
    assert.equal(last?.line, "viewed | run rejected wrote | warning");
    assert.match(String(last.item.description), / · dev · 1 applied · 1 rejected$/);
    assert.match(last.item.accessibilityInformation?.label ?? "", /^viewed, rejected, /);
    await vscode.commands.executeCommand("sluice.groupRunsBySync");
    assert.ok((await shown(views.runs)).some(({ item }) => item.label === "viewed"));
    await vscode.commands.executeCommand("sluice.groupRunsByDay");
  });
});
