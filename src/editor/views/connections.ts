/** The Connections view: warehouses and destinations, and below each what it holds. */
import * as vscode from "vscode";
import { type ConnectionSummary, type Place, type ProjectOverview } from "../../calls/calls";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Services } from "../services";
import { projectItem } from "./syncs";

type Node = ProjectNode | ConnectionNode | ObjectNode | FieldNode;
interface ProjectNode {
  readonly kind: "project";
  readonly overview: ProjectOverview;
}
/** The commands of a connection take it as it is. */
export interface ConnectionNode {
  readonly kind: "connection";
  readonly root: string;
  readonly place: Place;
  readonly connection: string;
  readonly summary: ConnectionSummary;
}
interface FieldNode {
  readonly kind: "field";
  readonly name: string;
  readonly type: string;
}
interface ObjectNode {
  readonly kind: "object";
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: string }[];
}

export function connectionsView({ calls, overviews, projects }: Services): vscode.TreeDataProvider<Node> {
  const changed = new vscode.EventEmitter<undefined>();
  overviews.onDidChange(() => changed.fire(undefined));
  const nodes = ({ root, connections }: ProjectOverview): ConnectionNode[] =>
    connections.map((summary) => ({
      kind: "connection",
      root,
      place: projects.place(root),
      connection: summary.name,
      summary,
    }));
  return {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      switch (node?.kind) {
        case undefined: {
          if (!vscode.workspace.isTrusted) return [];
          const all = await overviews.all();
          const [only] = all;
          if (only === undefined) return [];
          return all.length === 1 ? nodes(only) : all.map((overview) => ({ kind: "project", overview }));
        }
        case "project":
          return nodes(node.overview);
        case "connection":
          return (await calls.browse(node.place, { connection: node.connection })).map((object) => ({
            kind: "object",
            ...object,
          }));
        case "object":
          return node.fields.map((field) => ({ kind: "field", ...field }));
        case "field":
          return [];
      }
    },
    getTreeItem(node) {
      switch (node.kind) {
        case "project":
          return projectItem(node.overview);
        case "connection":
          return connectionItem(node);
        case "object":
          return objectItem(node);
        case "field":
          return fieldItem(node);
      }
    },
  };
}

function connectionItem({ summary }: ConnectionNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(summary.name, 80), vscode.TreeItemCollapsibleState.Collapsed);
  item.description = summary.sandbox ? vscode.l10n.t("{0}, sandbox", summary.label) : summary.label;
  item.iconPath = new vscode.ThemeIcon(summary.kind === "warehouse" ? "database" : "cloud-upload");
  item.contextValue = summary.secrets.length > 0 ? `${summary.kind} secrets` : summary.kind;
  return item;
}

function objectItem({ name, fields }: ObjectNode): vscode.TreeItem {
  const collapsed =
    fields.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(plainExcerpt(name, 80), collapsed);
  item.iconPath = new vscode.ThemeIcon("symbol-class");
  item.contextValue = "object";
  return item;
}

function fieldItem({ name, type }: FieldNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(name, 80));
  item.description = type;
  item.iconPath = new vscode.ThemeIcon("symbol-field");
  item.contextValue = "field";
  return item;
}
