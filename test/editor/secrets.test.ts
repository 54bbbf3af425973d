/** A secret that was written into a project file leaves it, by the quick fix of its problem. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { answering } from "./asking";
import { quickFixes, root, sluice, untilProblems, uriOf } from "./support";

const title = "Move the secret out of the file";

describe("a secret written into sluice.yaml", () => {
  before(() => sluice());
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  for (const [where, choice, line] of [
    ["the secret storage", 0, `destinations: { crm: { type: hubspot, token: 'pat-na1-it''s' } }`],
    [".env, which git is told to ignore", 1, `destinations:\r\n  crm: { type: hubspot, token: "pat-na1-it's" }`],
  ] as const)
    it(`goes to ${where}`, async () => {
      const folder = path.join(root(), `secret-${choice}`);
      mkdirSync(folder);
      const uri = uriOf(`secret-${choice}/sluice.yaml`);
      writeFileSync(uri.fsPath, `version: 1\nwarehouses: { main: { type: duckdb } }\n${line}\n`);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const found = await untilProblems(uri, "sluice", (all) => all.some(isLiteral), "the secret to be found");
      const problem = found.find(isLiteral) ?? assert.fail();
      assert.doesNotMatch(problem.message, /pat-na1/);
      const fix = (await quickFixes(uri, problem.range)).find((action) => action.title === title) ?? assert.fail();
      const asked = answering((_, offered) => offered[choice]);
      await vscode.commands.executeCommand(fix.command?.command ?? "", ...(fix.command?.arguments ?? []));
      asked.end();
      await document.save();
      const text = readFileSync(uri.fsPath, "utf8");
      assert.doesNotMatch(text, /pat-na1/);
      assert.match(text, /token: "\$\{secret:CRM_TOKEN\}"/);
      const env = path.join(folder, ".env");
      if (choice === 0) assert.ok(!existsSync(env));
      else {
        assert.equal(readFileSync(env, "utf8"), `CRM_TOKEN="pat-na1-it's"\n`);
        assert.match(readFileSync(path.join(folder, ".gitignore"), "utf8"), /^\.env$/m);
      }
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });
});

function isLiteral({ message }: vscode.Diagnostic): boolean {
  return message.includes("is a secret and is written out here");
}
