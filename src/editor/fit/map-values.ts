/** Asks what values become that no option or entry takes, and writes the answers into the sync file. */
import * as vscode from "vscode";
import { type FieldValues } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { type FieldMapping } from "../../sync/definition";
import { type Step } from "../../sync/edit-steps";
import { plainExcerpt } from "../../../webview/plain-text";
import { syncName } from "../files";
import { parsers } from "../parser";
import { sourceOf, type SyncFile } from "../projects";
import { type Services } from "../services";

export interface FieldArgument {
  readonly uri: vscode.Uri;
  readonly field: string;
}

/** Beyond so many different values a table of them is no remedy. */
const most = 200;
const asked = 25;

export async function mapValues(services: Services, argument: FieldArgument): Promise<void> {
  const { sync, mapping } = await mappingOf(services, argument);
  const { field } = mapping;
  const found = await services.calls.fieldValues(services.projects.place(sync.root), sourceOf(sync), {
    field,
    limit: most,
  });
  const odd = found.values.filter(({ fits }) => !fits);
  const chosen = new Map<string, string>();
  for (const [index, value] of odd.slice(0, asked).entries()) {
    const title = vscode.l10n.t(
      "{0}: what does “{1}” become? ({2} of {3})",
      field,
      plainExcerpt(value.value, 60),
      index + 1,
      Math.min(odd.length, asked),
    );
    const answer = await ask(title, found, value.closest);
    if (answer === undefined) return;
    if (answer.kind === "default") {
      await write(argument, [...(await entries(mapping, found, chosen)), await setDefault(mapping, answer.value)]);
      return;
    }
    if (answer.kind === "value") chosen.set(value.value, answer.value);
  }
  if (chosen.size > 0) await write(argument, await entries(mapping, found, chosen));
}

export async function addDefault(services: Services, argument: FieldArgument): Promise<void> {
  const { sync, mapping } = await mappingOf(services, argument);
  const { field } = mapping;
  const found = await services.calls.fieldValues(services.projects.place(sync.root), sourceOf(sync), {
    field,
    limit: 1,
  });
  const value = await one(vscode.l10n.t("{0}: what is sent where the table of values has no entry?", field), found);
  if (value !== undefined) await write(argument, [await setDefault(mapping, value)]);
}

type Answer = { readonly kind: "value" | "default"; readonly value: string } | { readonly kind: "none" };

async function ask(title: string, { options }: FieldValues, closest: string | undefined): Promise<Answer | undefined> {
  if (options.length === 0) {
    const value = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t("Leave it empty for no entry.") });
    return value === undefined ? undefined : value === "" ? { kind: "none" } : { kind: "value", value };
  }
  const items = [
    ...sorted(options, closest).map((item) => ({ ...item, answer: { kind: "value", value: item.label } as Answer })),
    {
      label: vscode.l10n.t("No entry"),
      description: vscode.l10n.t("these rows are rejected"),
      answer: { kind: "none" } as Answer,
    },
    { label: vscode.l10n.t("One default for this and the rest…"), answer: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (picked === undefined || picked.answer !== undefined) return picked?.answer;
  const value = await one(vscode.l10n.t("What is sent instead of all other values?"), { options });
  return value === undefined ? undefined : { kind: "default", value };
}

async function one(title: string, { options }: Pick<FieldValues, "options">): Promise<string | undefined> {
  if (options.length === 0) return vscode.window.showInputBox({ title });
  return (await vscode.window.showQuickPick(sorted(options, undefined), { title, matchOnDescription: true }))?.label;
}

/** The option that is probably meant comes first. */
function sorted(options: FieldValues["options"], closest: string | undefined) {
  const items = options.map(({ value, label }) => ({ label: value, description: label ?? "" }));
  return [...items.filter(({ label }) => label === closest), ...items.filter(({ label }) => label !== closest)];
}

/** A mapping that had no table needs the values that fit in it too: what has no entry is rejected. */
async function entries(
  mapping: FieldMapping,
  found: FieldValues,
  chosen: ReadonlyMap<string, string>,
): Promise<readonly Step[]> {
  const { addKey } = await parsers();
  const { field } = mapping;
  const same = found.more
    ? found.options.map(({ value }) => value)
    : found.values.filter(({ fits }) => fits).map(({ value }) => value);
  if (mapping.values === undefined) {
    const table = Object.fromEntries([...same.map((value) => [value, value] as const), ...chosen]);
    return [(parsed) => addKey(parsed, mapping, "values", table)];
  }
  return [...chosen].map(
    ([from, to]): Step =>
      (parsed) =>
        parsed.setAt(["fields", field, "values", from], to),
  );
}

async function setDefault(mapping: FieldMapping, value: string): Promise<Step> {
  const { addKey } = await parsers();
  return (parsed) => addKey(parsed, mapping, "default", value);
}

async function mappingOf(
  { projects }: Services,
  { uri, field }: FieldArgument,
): Promise<{ readonly sync: SyncFile; readonly mapping: FieldMapping }> {
  const sync = projects.syncAt(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  const { parseSync } = await parsers();
  const parsed = parseSync(document.getText(), { name: syncName(uri.fsPath) });
  const mapping = parsed.definition?.fields.find((each) => each.field === field);
  if (sync === undefined || mapping === undefined) {
    throw new SyncFailure(
      "mapping-gone",
      vscode.l10n.t("The file no longer maps this field."),
      vscode.l10n.t("Check its values again."),
    );
  }
  return { sync, mapping };
}

async function write({ uri }: FieldArgument, steps: readonly Step[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { inSteps, parseSync } = await parsers();
  const edit = inSteps(document.getText(), (text) => parseSync(text, { name: syncName(uri.fsPath) }), steps);
  if (edit === undefined) {
    throw new SyncFailure(
      "cannot-edit",
      vscode.l10n.t("The mapping is written in a way that cannot be edited with certainty."),
      vscode.l10n.t("Add the values to the file by hand."),
    );
  }
  const changes = new vscode.WorkspaceEdit();
  const { start, end } = edit.range;
  changes.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), edit.text);
  await vscode.workspace.applyEdit(changes);
}
