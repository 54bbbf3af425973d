/** The commands of the first minutes: a sample project, a new project, a new sync. */
import * as vscode from "vscode";
import { registerCommand } from "../register-command";
import { type Vault } from "../secrets/vault";
import { type Services } from "../services";
import { type Ask, askInEditor } from "./ask";
import { createSample, walkthrough, welcomeNewProject } from "./create-sample";
import { newProject } from "./new-project";
import { newSync } from "./new-sync";

/** Gives what tests use to answer in the user's place; undefined: the editor asks again. */
export function registerFirstMinutes(services: Services, vault: Vault): (ask: Ask | undefined) => void {
  let ask = askInEditor;
  registerCommand(services, "sluice.createSample", (argument) => createSample(services, ask, argument));
  registerCommand(services, "sluice.init", (argument) => newProject(services, vault, ask, argument));
  registerCommand(services, "sluice.newSync", (argument) => newSync(services, ask, argument));
  registerCommand(services, "sluice.newSyncFromModel", (argument) => newSync(services, ask, argument));
  registerCommand(services, "sluice.openWalkthrough", async () => {
    await vscode.commands.executeCommand("workbench.action.openWalkthrough", walkthrough, false);
  });
  void welcomeNewProject(services);
  return (given) => (ask = given ?? askInEditor);
}
