/** Commands for secrets: set one, and move a literal out of a file. */
import path from "node:path";
import * as vscode from "vscode";
import { type ProjectOverview } from "../../calls/calls";
import { type Path, type Range } from "../../problem";
import { connectionOf, secretName } from "../../project/secret-name";
import { parsers } from "../parser";
import { registerCommand } from "../register-command";
import { type Services } from "../services";
import { writeEnv } from "./env-file";
import { type SecretPlace, type Vault } from "./vault";

/** A literal secret in a file, as its quick fix names it. */
interface Literal {
  readonly uri: vscode.Uri;
  readonly range: Range;
  /** ["destinations", "hubspot", "token"], or below a target. */
  readonly path: Path;
}

export function registerSecrets(services: Services, vault: Vault): void {
  registerCommand(services, "sluice.setSecret", (argument) => setSecret(services, vault, argument));
  registerCommand(services, "sluice.storeSecret", (argument) => storeLiteral(services, vault, argument as Literal));
}

/** `argument`: a connection of the Connections view, whose secrets alone are offered. */
async function setSecret({ overviews }: Services, vault: Vault, argument: unknown): Promise<void> {
  const wanted = argument as { readonly root?: string; readonly connection?: string } | undefined;
  const all = wanted?.root === undefined ? await overviews.all() : [await overviews.get(wanted.root)];
  const places = all
    .flatMap(secretsOf)
    .filter(({ connection }) => typeof wanted?.connection !== "string" || connection === wanted.connection);
  if (places.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No connection of this target needs a secret. Write one as $\{secret:NAME\} in sluice.yaml."),
    );
    return;
  }
  const place = await pickPlace(places);
  if (place === undefined) return;
  // Another host may be asked for while the user types: the secret is for the one that was shown.
  const host = vault.hostOf(place);
  const value = await askValue(place, host);
  if (value === undefined) return;
  await vault.keep(place, value, host);
  overviews.refresh();
  vscode.window.setStatusBarMessage(
    vscode.l10n.t("{0} is kept for {1} ({2}).", place.name, place.connection, place.target),
    5000,
  );
}

function secretsOf(overview: ProjectOverview): readonly SecretPlace[] {
  const { root, target, connections } = overview;
  return connections.flatMap(({ name: connection, secrets }) =>
    secrets.map((name) => ({ root, target, connection, name })),
  );
}

async function pickPlace(places: readonly SecretPlace[]): Promise<SecretPlace | undefined> {
  const [only] = places;
  if (places.length === 1) return only;
  const items = places.map((place) => ({
    label: place.name,
    description: `${place.connection} · ${place.target}`,
    detail: path.basename(place.root),
    place,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which secret?") }))?.place;
}

async function askValue(place: SecretPlace, host: string): Promise<string | undefined> {
  const where = host === "" ? vscode.l10n.t("the service's own address") : host;
  const value = await vscode.window.showInputBox({
    title: vscode.l10n.t("{0} of {1} ({2})", place.name, place.connection, place.target),
    prompt: vscode.l10n.t(
      "Kept in this editor's secret storage, for {0} only. The command line and git hooks read the environment or .env instead.",
      where,
    ),
    password: true,
    ignoreFocusOut: true,
  });
  return value === "" ? undefined : value;
}

/** Moves a literal secret to SecretStorage or .env, and leaves a reference in the file. */
async function storeLiteral({ projects, overviews }: Services, vault: Vault, literal: Literal): Promise<void> {
  const root = projects.rootOf(literal.uri);
  if (root === undefined) return;
  const document = await vscode.workspace.openTextDocument(literal.uri);
  const range = new vscode.Range(document.positionAt(literal.range.start), document.positionAt(literal.range.end));
  const value = await literalOf(document.getText(range));
  const keep = await vscode.window.showQuickPick(
    [
      {
        id: "editor",
        label: vscode.l10n.t("Keep it in this editor's secret storage"),
        detail: vscode.l10n.t("The command line and git hooks do not see it."),
      },
      {
        id: "env",
        label: vscode.l10n.t("Write it to .env, which git ignores"),
        detail: vscode.l10n.t("The command line and git hooks see it too."),
      },
    ] as const,
    { title: vscode.l10n.t("Where is the secret to go?") },
  );
  if (keep === undefined) return;
  const name = secretName(literal.path);
  const connection = connectionOf(literal.path);
  if (keep.id === "editor") {
    for (const target of targetsOf(literal.path, await overviews.get(root))) {
      const place = { root, target, connection, name };
      await vault.keep(place, value, vault.hostOf(place));
    }
  } else {
    await writeEnv(root, name, value);
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(literal.uri, range, `"$\{secret:${name}\}"`);
  await vscode.workspace.applyEdit(edit);
}

/** What stands below a target is that target's; what stands above them, of every one that does not say otherwise. */
function targetsOf(path: Path, { target, targets }: ProjectOverview): readonly string[] {
  if (path[0] === "targets") return [String(path[1])];
  return [...new Set([target, ...targets])];
}

/** The scalar's value, as the engine would have read it: quotes, escapes and line ends undone. */
async function literalOf(text: string): Promise<string> {
  const { scalarValue } = await parsers();
  return scalarValue(text);
}
