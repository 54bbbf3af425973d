/** The Connections view: warehouses and destinations, and below each what it holds. */
import * as vscode from "vscode";
import {
  type BrowsedField,
  type BrowsedObject,
  type ConnectionSummary,
  type Place,
  type ProjectOverview,
} from "../../calls/calls";
import { plainExcerpt } from "../../../webview/plain-text";
import { failureOf } from "../failures";
import { type Services } from "../services";
import { projectItem } from "./syncs";

export type ConnectionsNode = ProjectNode | ConnectionNode | ObjectNode | FieldNode | NoteNode;
interface ProjectNode {
  readonly kind: "project";
  readonly overview: ProjectOverview;
}
/** The commands of a connection take it as it is. */
interface ConnectionNode {
  readonly kind: "connection";
  readonly root: string;
  readonly place: Place;
  readonly connection: string;
  readonly connectionKind: ConnectionSummary["kind"];
  readonly summary: ConnectionSummary;
}
/** A table or an object: “New Sync” begins at it. */
interface ObjectNode {
  readonly kind: "object";
  readonly root: string;
  readonly connection: string;
  readonly connectionKind: ConnectionSummary["kind"];
  readonly object: string;
  readonly browsed: BrowsedObject;
}
interface FieldNode {
  readonly kind: "field";
  readonly field: BrowsedField;
}
/** Why there is nothing below a connection, and what a click does about it. */
interface NoteNode {
  readonly kind: "note";
  readonly text: string;
  readonly icon: string;
  readonly command?: vscode.Command;
}

export function connectionsView({ calls, overviews, projects }: Services): vscode.TreeDataProvider<ConnectionsNode> {
  const changed = new vscode.EventEmitter<undefined>();
  overviews.onDidChange(() => changed.fire(undefined));
  const nodes = ({ root, connections }: ProjectOverview): ConnectionNode[] =>
    connections.map((summary) => ({
      kind: "connection",
      root,
      place: projects.place(root),
      connection: summary.name,
      connectionKind: summary.kind,
      summary,
    }));
  const held = async (node: ConnectionNode): Promise<ConnectionsNode[]> => {
    const { root, place, connection, connectionKind } = node;
    try {
      const found = await calls.browse(place, { connection });
      if (found.length === 0) return [nothingIn(node)];
      return found.map((browsed) => ({
        kind: "object",
        root,
        connection,
        connectionKind,
        object: browsed.name,
        browsed,
      }));
    } catch (error) {
      // Said where it was asked for: opening a branch is no reason for a message over the window.
      const { message, hint } = failureOf(error);
      const command = { command: "sluice.testConnection", title: vscode.l10n.t("Test"), arguments: [node] };
      return [{ kind: "note", text: `${message} ${hint}`, icon: "error", command }];
    }
  };
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
          return held(node);
        case "object":
          return sortedFields(node.browsed).map((field) => ({ kind: "field", field }));
        case "field":
        case "note":
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
          return fieldItem(node.field);
        case "note":
          return noteItem(node);
      }
    },
  };
}

function nothingIn(node: ConnectionNode): NoteNode {
  if (node.connectionKind === "warehouse")
    return { kind: "note", text: vscode.l10n.t("It has no tables and no views."), icon: "info" };
  return {
    kind: "note",
    text: vscode.l10n.t("Its fields have not been read yet: click to read them."),
    icon: "cloud-download",
    command: { command: "sluice.refreshSchema", title: vscode.l10n.t("Read the Fields"), arguments: [node] },
  };
}

/** A table's columns in its order; of a destination what must be mapped first, what cannot be last. */
function sortedFields({ modes, fields }: BrowsedObject): readonly BrowsedField[] {
  if (modes === undefined) return fields;
  const rank = (field: BrowsedField): number =>
    field.required === true ? 0 : field.unique === true ? 1 : field.readOnly === true ? 3 : 2;
  return [...fields].sort((a, b) => rank(a) - rank(b));
}

function connectionItem({ summary, root }: ConnectionNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(summary.name, 80), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${root} ${summary.kind} ${summary.name}`;
  item.description = summary.sandbox ? vscode.l10n.t("{0}, sandbox", summary.label) : summary.label;
  item.iconPath = new vscode.ThemeIcon(summary.kind === "warehouse" ? "database" : "cloud-upload");
  item.tooltip = [
    summary.kind === "warehouse"
      ? vscode.l10n.t("Warehouse: rows come from here")
      : vscode.l10n.t("Destination: records go here"),
    ...(summary.sandbox ? [vscode.l10n.t("A simulator on this machine")] : []),
    ...(summary.secrets.length > 0 ? [vscode.l10n.t("Secrets: {0}", summary.secrets.join(", "))] : []),
  ].join("\n");
  item.contextValue = summary.secrets.length > 0 ? `${summary.kind} secrets` : summary.kind;
  return item;
}

function objectItem({ browsed, connectionKind }: ObjectNode): vscode.TreeItem {
  const { name, label, modes, fields } = browsed;
  const collapsed =
    fields.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(plainExcerpt(name, 80), collapsed);
  const count =
    connectionKind === "warehouse"
      ? vscode.l10n.t("{0} columns", fields.length)
      : vscode.l10n.t("{0} fields", fields.length);
  item.description = [label === name ? undefined : label, fields.length > 0 ? count : undefined]
    .filter((part) => part !== undefined)
    .map((part) => plainExcerpt(part, 80))
    .join(" · ");
  if (modes !== undefined) item.tooltip = vscode.l10n.t("Modes: {0}", modes.join(", "));
  item.iconPath = new vscode.ThemeIcon(connectionKind === "warehouse" ? "table" : "symbol-class");
  item.contextValue = "object";
  return item;
}

function fieldItem({ name, type, label, description, required, readOnly, unique }: BrowsedField): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(name, 80));
  const facts = [
    type,
    ...(required === true ? [vscode.l10n.t("required")] : []),
    ...(unique === true ? [vscode.l10n.t("unique")] : []),
    ...(readOnly === true ? [vscode.l10n.t("read-only")] : []),
  ];
  item.description = [
    facts.join(", "),
    ...(label === undefined || label === name ? [] : [plainExcerpt(label, 80)]),
  ].join(" · ");
  if (description !== undefined) item.tooltip = plainExcerpt(description, 500);
  item.iconPath = new vscode.ThemeIcon(readOnly === true ? "lock" : required === true ? "symbol-key" : "symbol-field");
  item.contextValue = "field";
  return item;
}

function noteItem({ text, icon, command }: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(plainExcerpt(text, 200));
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = plainExcerpt(text, 500);
  item.contextValue = "note";
  if (command !== undefined) item.command = command;
  return item;
}
