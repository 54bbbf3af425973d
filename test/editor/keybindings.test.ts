import assert from "node:assert/strict";
import * as vscode from "vscode";
import { sluice } from "./support";

interface Binding {
  readonly key: string;
  readonly command: string;
}

describe("the default keybindings", () => {
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("begin with a stroke that nothing else of this editor takes, on the system it runs on", async () => {
    await sluice();
    await vscode.commands.executeCommand("workbench.action.openDefaultKeybindingsFile");
    const text = vscode.window.activeTextEditor?.document.getText() ?? assert.fail("the file did not open");
    const bindings = JSON.parse(text.replace(/^\s*\/\/.*$/gm, "")) as readonly Binding[];
    const isOurs = ({ command }: Binding): boolean => command.startsWith("sluice.");
    const strokes = new Set(bindings.filter(isOurs).map(({ key }) => key.split(" ")[0]));
    assert.equal(strokes.size, 1, [...strokes].join(", "));
    assert.ok(bindings.length > 500);
    assert.deepEqual(
      bindings.filter((one) => !isOurs(one) && strokes.has(one.key.split(" ")[0])),
      [],
    );
  });
});
