/** The questions of the new-sync wizard, in their order. Each keeps what it was told and asks nothing it can know. */
import * as vscode from "vscode";
import {
  type BrowsedObject,
  type Calls,
  type ConnectionKindSummary,
  type ModelChoice,
  type Place,
  type ProjectOverview,
  type SyncSummary,
} from "../../calls/calls";
import { type Mode, type OnRemoved } from "../../record";
import { nameProblem } from "../../project/name";
import { plainExcerpt } from "../../../webview/plain-text";
import { type Answer, back, type Choice } from "./ask";
import { freeName, guessKey, guessMatch, plainName } from "./guesses";
import { type Step } from "./steps";

export interface NewSync {
  readonly place: Place;
  readonly overview: ProjectOverview;
  readonly kinds: readonly ConnectionKindSummary[];
  /** The project's .sql files, relative to it. */
  readonly sqlFiles: readonly string[];
  /** Where the file goes, relative to the project; "": beside sluice.yaml. */
  readonly folder: string;
  readonly warehouse?: string;
  readonly source?: ModelChoice["source"];
  readonly columns?: readonly string[];
  readonly connection?: string;
  readonly object?: BrowsedObject;
  /** The object's name, where the wizard was begun at it. */
  readonly objectName?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly mode?: Mode;
  readonly onRemoved?: OnRemoved;
  readonly match?: string;
  readonly matchColumn?: string;
  readonly key?: readonly string[];
  readonly name?: string;
}

/** What the questions need of the outside. */
export interface Outside {
  readonly calls: Calls;
  /** Shows that something is being done. */
  during<Result>(title: string, work: Promise<Result>): Promise<Result>;
  /** Says why something could not be done; the wizard then goes back. */
  failed(error: unknown): void;
}

export function syncSteps(outside: Outside): readonly Step<NewSync>[] {
  return [
    warehouse,
    source(outside),
    columns(outside),
    connection,
    object(outside),
    options,
    mode,
    onRemoved,
    match,
    matchColumn,
    key,
    name,
  ];
}

const warehouse: Step<NewSync> = async (state, asking) => {
  if (state.warehouse !== undefined) return state;
  const choices = connectionChoices(state, "warehouse");
  if (choices.length === 1) return { ...state, ...defined("warehouse", choices[0]?.value) };
  const chosen = await asking.one({ title: vscode.l10n.t("New Sync: which warehouse holds the rows?") }, choices);
  return kept(state, "warehouse", chosen);
};

function source({ calls, during, failed }: Outside): Step<NewSync> {
  return async (state, asking) => {
    if (state.source !== undefined) return state;
    let tables: readonly BrowsedObject[] = [];
    try {
      const asked = calls.browse(state.place, { connection: state.warehouse ?? "" });
      tables = await during(vscode.l10n.t("Looking for tables"), asked);
    } catch (error) {
      // A SELECT may still be written, say over files.
      failed(error);
    }
    const choices: readonly Choice<NonNullable<NewSync["source"]> | "write">[] = [
      { label: vscode.l10n.t("$(edit) Write a SELECT"), value: "write", alwaysShow: true },
      ...separator(vscode.l10n.t("Tables"), tables),
      ...tables.map(({ name, fields }) => ({
        label: name,
        description: plainExcerpt(fields.map((field) => field.name).join(", "), 120),
        iconPath: new vscode.ThemeIcon("table"),
        value: { table: name },
      })),
      ...separator(vscode.l10n.t("SQL files"), state.sqlFiles),
      ...state.sqlFiles.map((file) => ({
        label: file,
        iconPath: new vscode.ThemeIcon("file-code"),
        value: { file },
      })),
    ];
    const chosen = await asking.one({ title: vscode.l10n.t("New Sync: which rows are to be synced?") }, choices);
    if (chosen !== "write") return kept(state, "source", chosen);
    const sql = await asking.text({
      title: vscode.l10n.t("New Sync: which rows are to be synced?"),
      prompt: vscode.l10n.t("A SELECT over the warehouse. It can be edited in the file afterwards."),
      value: "select * from ",
      validate: (value) =>
        /^\s*(select|with|from)\b/i.test(value) ? undefined : vscode.l10n.t("A model begins with SELECT or WITH."),
    });
    return typeof sql === "string" ? { ...state, source: { sql } } : sql;
  };
}

/** Without them neither key nor mapping can be offered: a model that cannot be described goes back to its choice. */
function columns({ calls, during, failed }: Outside): Step<NewSync> {
  return async (state) => {
    if (state.source === undefined) return state;
    const model = { warehouse: state.warehouse ?? "", source: state.source };
    try {
      const found = await during(vscode.l10n.t("Describing the model"), calls.modelColumns(state.place, model));
      return { ...state, columns: found.map((column) => column.name) };
    } catch (error) {
      failed(error);
      return back;
    }
  };
}

const connection: Step<NewSync> = async (state, asking) => {
  if (state.connection !== undefined) return state;
  const choices = connectionChoices(state, "destination");
  if (choices.length === 1) return { ...state, ...defined("connection", choices[0]?.value) };
  const chosen = await asking.one({ title: vscode.l10n.t("New Sync: where do the records go?") }, choices);
  return kept(state, "connection", chosen);
};

function object({ calls, during, failed }: Outside): Step<NewSync> {
  return async (state, asking) => {
    const ask = { connection: state.connection ?? "" };
    let objects: readonly BrowsedObject[];
    try {
      objects = await during(vscode.l10n.t("Looking for objects"), calls.browse(state.place, ask));
      if (objects.length === 0) {
        // Nothing is known of the destination yet: its fields are read, which writes nothing there.
        await during(vscode.l10n.t("Reading the fields of {0}", ask.connection), calls.describe(state.place, ask));
        objects = await calls.browse(state.place, ask);
      }
    } catch (error) {
      failed(error);
      return back;
    }
    // Some can only be looked up.
    objects = objects.filter(({ modes }) => modes?.length !== 0);
    const given = objects.find(({ name: each }) => each === state.objectName);
    if (given !== undefined) return { ...state, object: given };
    const [only] = objects;
    if (objects.length === 1 && only !== undefined) return { ...state, object: only };
    const choices = objects.map((each) => ({
      label: each.label ?? each.name,
      ...(each.label !== undefined && each.label !== each.name && { description: each.name }),
      detail: vscode.l10n.t("{0} fields · {1}", each.fields.length, (each.modes ?? []).join(", ")),
      iconPath: new vscode.ThemeIcon("symbol-class"),
      value: each,
    }));
    return kept(
      state,
      "object",
      await asking.one({ title: vscode.l10n.t("New Sync: what do the rows become there?") }, choices),
    );
  };
}

/** What the destination needs beside the object: a file's path, an endpoint's. */
const options: Step<NewSync> = async (state, asking) => {
  const type = state.overview.connections.find(({ name: each }) => each === state.connection)?.type;
  const kind = state.kinds.find((each) => each.kind === "destination" && each.type === type);
  const given: Record<string, string> = {};
  for (const setting of (kind?.options ?? []).filter((each) => each.required && each.form === "text")) {
    const text = await asking.text({
      title: vscode.l10n.t("New Sync: {0}", setting.name),
      prompt: setting.description,
      validate: (value) => (value.trim() === "" ? vscode.l10n.t("This is needed.") : undefined),
    });
    if (typeof text !== "string") return text;
    given[setting.name] = text.trim();
  }
  return { ...state, options: given };
};

const mode: Step<NewSync> = async (state, asking) => {
  const texts: Readonly<Record<Mode, string>> = {
    upsert: vscode.l10n.t("Creates new records and updates those that exist. The usual choice."),
    mirror: vscode.l10n.t("Like upsert, and also removes records whose row is gone."),
    update: vscode.l10n.t("Changes records that exist; creates none."),
    insert: vscode.l10n.t("Creates records for new rows; never changes one."),
    append: vscode.l10n.t("Sends each new row once, as a message or an event."),
  };
  const order = Object.keys(texts) as Mode[];
  const offered = order.filter((each) => state.object?.modes?.includes(each) ?? true);
  const [only] = offered;
  if (offered.length === 1 && only !== undefined) return { ...state, mode: only };
  const choices = offered.map((each) => ({ label: each, detail: texts[each], value: each }));
  return kept(state, "mode", await asking.one({ title: vscode.l10n.t("New Sync: what is a run to do?") }, choices));
};

const onRemoved: Step<NewSync> = async (state, asking) => {
  if (state.mode !== "mirror") return state;
  const texts: Readonly<Record<OnRemoved, string>> = {
    archive: vscode.l10n.t("Archives the record, so that it can be brought back."),
    delete: vscode.l10n.t("Deletes the record."),
    clear: vscode.l10n.t("Empties the mapped fields and leaves the record."),
    keep: vscode.l10n.t("Leaves the record as it is."),
  };
  const order = Object.keys(texts) as OnRemoved[];
  const choices = order
    .filter((each) => state.object?.removals?.includes(each) ?? true)
    .map((each) => ({ label: each, detail: texts[each], value: each }));
  const title = vscode.l10n.t("New Sync: what becomes of a record whose row is gone?");
  return kept(state, "onRemoved", await asking.one({ title }, choices));
};

const match: Step<NewSync> = async (state, asking) => {
  const { object: chosen, columns: known = [] } = state;
  if (chosen === undefined || chosen.match === "none" || state.mode === "append") return state;
  const isOpen = chosen.open === true && chosen.fields.length === 0;
  const fields = isOpen
    ? known.map((each) => ({ name: each, type: "", unique: true }))
    : chosen.fields.filter((field) => field.unique === true);
  const guess = guessMatch(fields, known);
  const choices: Choice<string>[] = [...fields]
    .sort((a, b) => Number(b.name === guess) - Number(a.name === guess))
    .map((field) => ({
      label: field.name,
      ...("label" in field && field.label !== undefined && { description: field.label }),
      value: field.name,
    }));
  const none = "";
  if (chosen.match === "optional") choices.push({ label: vscode.l10n.t("None"), value: none, alwaysShow: true });
  const chosenField = await asking.one(
    {
      title: vscode.l10n.t("New Sync: which field finds a row's record there?"),
      placeHolder: vscode.l10n.t("A field that no two records share: an e-mail, an id of your own"),
    },
    choices,
  );
  return chosenField === none ? state : kept(state, "match", chosenField);
};

/** The match field must be mapped; where no column has its name, the user says which. */
const matchColumn: Step<NewSync> = async (state, asking) => {
  const { match: field, columns: known = [] } = state;
  if (field === undefined) return state;
  const same = known.find((each) => plainName(each) === plainName(field));
  if (same !== undefined) return { ...state, matchColumn: same };
  const choices = known.map((each) => ({ label: each, value: each }));
  const title = vscode.l10n.t("New Sync: which column holds “{0}”?", field);
  return kept(state, "matchColumn", await asking.one({ title }, choices));
};

const key: Step<NewSync> = async (state, asking) => {
  const { columns: known = [] } = state;
  const guess = guessKey(known, state.matchColumn);
  const choices = [...known]
    .sort((a, b) => Number(b === guess) - Number(a === guess))
    .map((each) => ({ label: each, value: each, picked: each === guess }));
  const chosen = await asking.several(
    {
      title: vscode.l10n.t("New Sync: which columns tell the rows apart?"),
      placeHolder: vscode.l10n.t("The model's key: never null, never twice, never changing"),
    },
    choices,
  );
  return kept(state, "key", chosen);
};

const name: Step<NewSync> = async (state, asking) => {
  const taken = state.overview.syncs.map(({ name: each }: SyncSummary) => each);
  const text = await asking.text({
    title: vscode.l10n.t("New Sync: its name"),
    prompt: vscode.l10n.t("The file gets this name. What was synced is remembered under it."),
    value: freeName(state.object?.name ?? "sync", state.source, taken),
    validate: (value) =>
      taken.includes(value) ? vscode.l10n.t("There is a sync of this name already.") : nameProblem(value),
  });
  return kept(state, "name", text);
};

function connectionChoices({ overview }: NewSync, kind: "warehouse" | "destination"): readonly Choice<string>[] {
  return overview.connections
    .filter((each) => each.kind === kind)
    .map((each) => ({
      label: each.name,
      description: each.sandbox ? vscode.l10n.t("{0}, sandbox", each.label) : each.label,
      iconPath: new vscode.ThemeIcon(kind === "warehouse" ? "database" : "cloud-upload"),
      value: each.name,
    }));
}

function separator(label: string, below: readonly unknown[]): readonly Choice<never>[] {
  return below.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }];
}

function kept<Name extends keyof NewSync>(
  state: NewSync,
  part: Name,
  answer: Answer<NonNullable<NewSync[Name]>>,
): Answer<NewSync> {
  return answer === undefined || answer === back ? answer : { ...state, [part]: answer };
}

function defined<Name extends string>(part: Name, value: string | undefined): { readonly [key in Name]?: string } {
  return value === undefined ? {} : ({ [part]: value } as { readonly [key in Name]?: string });
}
