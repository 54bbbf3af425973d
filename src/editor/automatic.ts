/** May the warehouse be asked without a click? On remote ones queries cost money; describing a model reads no rows. */
import * as vscode from "vscode";
import { type ProjectOverview } from "../calls/calls";

/** `warehouse`: the connection's name; undefined: the project's only one. */
export function mayReadUnasked(uri: vscode.Uri, overview: ProjectOverview, warehouse: string | undefined): boolean {
  if (!vscode.workspace.isTrusted) return false;
  const setting = vscode.workspace.getConfiguration("sluice", uri).get<string>("preview.automatic");
  if (setting !== "local") return setting === "always";
  const all = overview.connections.filter(({ kind }) => kind === "warehouse");
  const asked = warehouse === undefined ? all : all.filter(({ name }) => name === warehouse);
  return asked.length > 0 && asked.every(({ local }) => local === true);
}
