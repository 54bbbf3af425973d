/** Shows the mapping of one field in the text of its sync. */
import * as vscode from "vscode";
import { syncName } from "../files";
import { revealPath } from "../mapping/reveal";
import { parsers } from "../parser";
import { type Origin } from "../results/results";
import { type Services } from "../services";

export async function showField({ projects }: Services, { place, file }: Origin, field: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(projects.syncIn(place.root, file).uri);
  const { parseSync } = await parsers();
  await revealPath(document, parseSync(document.getText(), { name: syncName(file) }), ["fields", field]);
}
