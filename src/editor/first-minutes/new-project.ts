/** The wizard that writes a minimal sluice.yaml: one warehouse, one destination, no secret in the file. */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type ConnectionKindSummary, type SettingSummary } from "../../calls/calls";
import { type DraftConnection } from "../../project/draft";
import { projectFile } from "../files";
import { writeEnv } from "../secrets/env-file";
import { secretHost } from "../../project/secret-host";
import { secretName } from "../../project/secret-name";
import { type Vault } from "../secrets/vault";
import { type Services } from "../services";
import { type Ask, type Choice } from "./ask";
import { openMade } from "./create-sample";
import { type Asking, type Step, walk } from "./steps";

interface NewProject {
  readonly warehouse?: Chosen;
  readonly destination?: Chosen;
  readonly secrets: readonly Secret[];
  readonly keep?: "editor" | "env";
}
interface Chosen {
  readonly kind: ConnectionKindSummary;
  readonly settings: DraftConnection["settings"];
}
interface Secret {
  readonly connection: string;
  readonly name: string;
  readonly value: string;
}

/** `argument`: the folder, without asking. */
export async function newProject(services: Services, vault: Vault, ask: Ask, argument: unknown): Promise<void> {
  const { calls, overviews } = services;
  const folder = argument instanceof vscode.Uri ? argument : await chooseFolder(ask);
  if (folder === undefined) return;
  const kinds = await calls.connectionKinds();
  const state = await walk<NewProject>(ask, { secrets: [] }, [
    connection(kinds, "warehouse"),
    connection(kinds, "destination"),
    whereSecretsGo,
  ]);
  if (state?.warehouse === undefined || state.destination === undefined) return;
  const root = folder.fsPath;
  const project = { warehouse: drafted(state.warehouse), destination: drafted(state.destination) };
  await calls.create({ folder: root, project });
  const { target } = await calls.overview({ root });
  for (const { connection: of, name, value } of state.secrets) {
    if (state.keep === "env") await writeEnv(root, name, value);
    else await vault.keep({ root, target, connection: of, name }, value, hostOf(state.destination));
  }
  overviews.refresh();
  if (vscode.workspace.getWorkspaceFolder(folder) === undefined) return openMade(root);
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(root, projectFile)), { preview: false });
}

/** Where the destination's secrets go, as the engine will ask for them; "": the service's own address. */
function hostOf({ settings }: Chosen): string {
  const address = settings["base_url"];
  return typeof address === "string" ? (secretHost(address) ?? "") : "";
}

/** A workspace folder without a project, before any other. */
async function chooseFolder(ask: Ask): Promise<vscode.Uri | undefined> {
  const free = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === "file" && !existsSync(path.join(uri.fsPath, projectFile)),
  );
  const other = "other";
  const elsewhere = (): Promise<vscode.Uri | undefined> =>
    ask.folder(vscode.l10n.t("Which folder is to be the project?"), vscode.l10n.t("Choose"));
  if (free.length === 0) return elsewhere();
  const chosen = await ask.one<vscode.Uri | typeof other>(
    { title: vscode.l10n.t("New Project: in which folder?"), step: 1, steps: 4, canGoBack: false },
    [
      ...free.map(({ name, uri }) => ({ label: name, description: uri.fsPath, value: uri })),
      { label: vscode.l10n.t("Another folder…"), value: other },
    ],
  );
  return chosen === other ? elsewhere() : chosen instanceof vscode.Uri ? chosen : undefined;
}

const names = { warehouse: "analytics", destination: "" } as const;
const nameOf = ({ kind, type }: ConnectionKindSummary): string => (names[kind] === "" ? type : names[kind]);

function connection(kinds: readonly ConnectionKindSummary[], of: ConnectionKindSummary["kind"]): Step<NewProject> {
  return async (state, asking) => {
    const choices: Choice<ConnectionKindSummary>[] = kinds
      .filter(({ kind }) => kind === of)
      .map((kind) => ({
        label: kind.label,
        description: kind.type,
        iconPath: new vscode.ThemeIcon(of === "warehouse" ? "database" : "cloud-upload"),
        value: kind,
      }));
    const title =
      of === "warehouse"
        ? vscode.l10n.t("New Project: where do the rows come from?")
        : vscode.l10n.t("New Project: where do the records go?");
    const kind = await asking.one({ title }, choices);
    if (kind === undefined || typeof kind === "symbol") return kind;
    const account = kind.sandbox ? await simulated(asking, kind) : "account";
    if (account === undefined || typeof account === "symbol") return account;
    if (account === "sandbox") return { ...state, [of]: { kind, settings: { sandbox: true } } };
    return askSettings(state, asking, kind);
  };
}

function simulated(asking: Asking, { label }: ConnectionKindSummary) {
  return asking.one<"sandbox" | "account">({ title: vscode.l10n.t("New Project: which {0}?", label) }, [
    {
      label: vscode.l10n.t("A simulator on this machine"),
      detail: vscode.l10n.t("Nothing leaves this machine. You can switch to your account later, or make it a target."),
      value: "sandbox",
    },
    {
      label: vscode.l10n.t("Your account"),
      detail: vscode.l10n.t("Secrets stay out of the file."),
      value: "account",
    },
  ]);
}

/** The settings that are needed, and the first: the rest is written down as comments. */
async function askSettings(state: NewProject, asking: Asking, kind: ConnectionKindSummary) {
  const settings: Record<string, string | number | boolean> = {};
  const secrets: Secret[] = [];
  const asked = kind.settings.filter(({ form, required }, index) => form !== "other" && (required || index === 0));
  for (const setting of asked) {
    const value = await askSetting(asking, kind, setting);
    if (value === undefined || typeof value === "symbol") return value;
    if (value === "") continue;
    if (setting.secret) {
      const name = secretName([`${kind.kind}s`, nameOf(kind), setting.name]);
      secrets.push({ connection: nameOf(kind), name, value });
      settings[setting.name] = `$\{secret:${name}}`;
    } else {
      settings[setting.name] =
        setting.form === "number" ? Number(value) : setting.form === "flag" ? value === "true" : value;
    }
  }
  const others = state.secrets.filter((secret) => secret.connection !== nameOf(kind));
  return { ...state, secrets: [...others, ...secrets], [kind.kind]: { kind, settings } };
}

function askSetting(asking: Asking, { label }: ConnectionKindSummary, setting: SettingSummary) {
  const title = vscode.l10n.t("{0}: {1}", label, setting.name);
  const values = setting.form === "flag" ? ["true", "false"] : setting.choices;
  if (values !== undefined)
    return asking.one<string>(
      { title, placeHolder: setting.description },
      values.map((value) => ({ label: value, value })),
    );
  return asking.text({
    title,
    prompt: setting.description,
    value: setting.preset ?? "",
    ...(setting.secret && { password: true as const }),
    validate(value) {
      if (value.trim() === "") return setting.required ? vscode.l10n.t("This is needed.") : undefined;
      if (setting.form === "number" && !Number.isFinite(Number(value))) return vscode.l10n.t("This is a number.");
      return undefined;
    },
  });
}

const whereSecretsGo: Step<NewProject> = async (state, asking) => {
  if (state.secrets.length === 0) return state;
  const keep = await asking.one<"editor" | "env">({ title: vscode.l10n.t("Where are the secrets to go?") }, [
    {
      label: vscode.l10n.t("Keep them in this editor's secret storage"),
      detail: vscode.l10n.t("The command line and git hooks do not see them."),
      value: "editor",
    },
    {
      label: vscode.l10n.t("Write them to .env, which git ignores"),
      detail: vscode.l10n.t("The command line and git hooks see them too."),
      value: "env",
    },
  ]);
  return keep === undefined || typeof keep === "symbol" ? keep : { ...state, keep };
};

function drafted({ kind, settings }: Chosen): DraftConnection {
  const more = kind.settings.filter(({ name }) => !(name in settings));
  return { name: nameOf(kind), type: kind.type, settings, more };
}
