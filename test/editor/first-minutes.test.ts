import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { type Ask, back, type Choice } from "../../src/editor/first-minutes/ask";
import { problems, root, sluice, until, uriOf } from "./support";

const leave: unique symbol = Symbol("leave");
/** What a user would choose: by label, `back`, a text; in the order of the questions. */
type Reply = string | typeof back | typeof leave | { readonly text: string } | { readonly accept: "as offered" };

/** Answers as told, and keeps the titles of what was asked. */
function replies(...given: readonly Reply[]): { readonly ask: Ask; readonly asked: string[]; left(): number } {
  const rest = [...given];
  const asked: string[] = [];
  const next = (title: string): Reply => {
    asked.push(title);
    return rest.shift() ?? assert.fail(`Nobody answers: ${title}`);
  };
  function chosen<Value>(choices: readonly Choice<Value>[], label: Reply): Value {
    const choice = choices.find((each) => each.label === label || each.description === label);
    return (
      choice?.value ?? assert.fail(`${String(label)} is not among ${choices.map((each) => each.label).join(", ")}`)
    );
  }
  const ask: Ask = {
    async one({ title }, choices) {
      const reply = next(title);
      if (reply === leave) return undefined;
      return reply === back ? back : chosen(choices, reply);
    },
    async several({ title }, choices) {
      const reply = next(title);
      if (reply === leave) return undefined;
      if (reply === back) return back;
      const picked = choices.filter((each) => each.picked === true).flatMap(({ value }) => value ?? []);
      return typeof reply === "object" ? picked : [chosen(choices, reply)];
    },
    async text({ title, value = "", validate }) {
      const reply = next(title);
      if (reply === leave) return undefined;
      if (reply === back) return back;
      const text = typeof reply === "object" && "text" in reply ? reply.text : value;
      assert.equal(validate?.(text), undefined);
      return text;
    },
    folder: async () => assert.fail("no folder was to be asked for"),
  };
  return { ask, asked, left: () => rest.length };
}

const offered = { accept: "as offered" } as const;

describe("the first minutes", function () {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sluice-first-"));
  const written: string[] = [];
  before(sluice);
  afterEach(async () => (await sluice()).answerWith(undefined));
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    for (const file of written) rmSync(file, { force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it("write a sync from a table and an object, which has no errors and can be planned", async () => {
    const { answerWith, results, onResults } = await sluice();
    const user = replies("customers", "hubspot", "contacts", back, "contacts", "upsert", "email", offered, offered);
    answerWith(user.ask);
    await vscode.commands.executeCommand("sluice.newSync");
    assert.equal(user.left(), 0, user.asked.join("\n"));

    const uri = uriOf("syncs/customers-to-contacts.sync.yaml");
    written.push(uri.fsPath);
    const text = readFileSync(uri.fsPath, "utf8");
    assert.match(text, /^ {2}table: customers\n {2}key: id$/m);
    assert.match(text, /^ {2}match: email /m);
    assert.match(text, /^ {2}email: email$/m);
    assert.match(text, /^ {2}firstname: first_name$/m);
    assert.match(text, /^ {2}# Not mapped: .*company_domain/m);

    await vscode.commands.executeCommand("sluice.dryRun", uri);
    const plan = await until(
      [onResults],
      () => {
        const { plan } = results();
        if (plan.state === "failed") throw new Error(plan.failure.message);
        return plan.state === "ready" && plan.subject.sync === "customers-to-contacts" && plan.result;
      },
      "the plan",
    );
    assert.ok(plan.counts.create > 300);
    assert.deepEqual(
      problems(uri, "sluice").filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
      [],
    );
  });

  it("can be walked back to the first question and left at any of them: nothing is written", async () => {
    const { answerWith } = await sluice();
    const files = (): readonly string[] =>
      readdirSync(root(), { recursive: true, encoding: "utf8" }).filter(isOurs).sort();
    const isOurs = (file: string): boolean => /\.(yaml|sql)$|^\.env$/.test(file);
    const before = files();
    // Each way ends by leaving at a later question, after going back over several.
    const answers = ["customers", "hubspot", "contacts", "upsert", "email", offered] as const;
    const titles: string[][] = [];
    for (let length = 0; length <= answers.length; length++) {
      const there = answers.slice(0, length);
      const user = replies(...there, ...there.map((): typeof back => back), ...there, leave);
      answerWith(user.ask);
      await vscode.commands.executeCommand("sluice.newSync");
      assert.equal(user.left(), 0, user.asked.join("\n"));
      titles.push([...user.asked]);
      assert.deepEqual(files(), before);
    }
    const longest = titles.at(-1) ?? [];
    // The way back meets the same questions in the other order.
    const way = longest.slice(0, answers.length + 1);
    assert.deepEqual(longest.slice(answers.length, answers.length * 2 + 1), way.toReversed());
  });

  it("ask nothing that the place says where the wizard is begun", async () => {
    const user = replies("exports", { text: "customers.csv" }, "append", offered, { text: "customers-file" });
    (await sluice()).answerWith(user.ask);
    await vscode.commands.executeCommand("sluice.newSyncFromModel", uriOf("models/customers.sql"));
    assert.equal(user.left(), 0, user.asked.join("\n"));
    const file = uriOf("syncs/customers-file.sync.yaml").fsPath;
    written.push(file);
    const text = readFileSync(file, "utf8");
    assert.match(text, /^ {2}file: \.\.\/models\/customers\.sql$/m);
    assert.match(text, /^ {2}path: customers\.csv$/m);
    // A file takes any field: every column goes there under its own name.
    assert.match(text, /^ {2}company_domain: company_domain$/m);
  });

  it("make the sample project where they are told to, with what its destination is known to have", async () => {
    await vscode.commands.executeCommand("sluice.createSample", vscode.Uri.file(folder));
    for (const file of ["sluice.yaml", "warehouse.duckdb", "syncs/contacts.sync.yaml", "schema/hubspot.json"])
      assert.ok(existsSync(path.join(folder, "sluice-sample", file)), file);
  });

  it("make a project of a chosen warehouse and destination, and keep secrets out of its file", async () => {
    const own = path.join(folder, "own");
    const user = replies(
      "DuckDB",
      { text: "shop.duckdb" },
      "HubSpot",
      "Your account",
      { text: "pat-na1-it's secret" },
      "Write them to .env, which git ignores",
    );
    (await sluice()).answerWith(user.ask);
    await vscode.commands.executeCommand("sluice.init", vscode.Uri.file(own));
    assert.equal(user.left(), 0, user.asked.join("\n"));
    const text = readFileSync(path.join(own, "sluice.yaml"), "utf8");
    assert.match(text, /path: shop\.duckdb/);
    assert.match(text, /token: "\$\{secret:HUBSPOT_TOKEN\}"/);
    assert.doesNotMatch(text, /pat-na1/);
    assert.equal(readFileSync(path.join(own, ".env"), "utf8"), `HUBSPOT_TOKEN="pat-na1-it's secret"\n`);
    assert.match(readFileSync(path.join(own, ".gitignore"), "utf8"), /^\.env$/m);
    assert.ok(root() !== own);
  });
});
