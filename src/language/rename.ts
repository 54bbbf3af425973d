/** New names for columns, connections and syncs, wherever the project speaks of them; or the reason why not. */
import { nameProblem } from "../project/name";
import { scalarEdit } from "./names";
import { type Spot, referencesOf } from "./navigation";
import { renameColumn } from "./rename-column";
import { type FileEdit, type Refusal, type Renaming, verified } from "./renaming";
import { declarationsOf, modelSqlOf, type ProjectText, type Subject, syncsOf } from "./subject";
import { outputNamed } from "./sql-outputs";

/** What may be renamed, with its name and range; or why it may not. */
export async function renamableAt(project: ProjectText, subject: Subject): Promise<Refusal | undefined> {
  switch (subject.kind) {
    case "column":
      return columnRefusal(project, subject);
    case "sync":
      return project.syncs.some(({ name, nameRange }) => name === subject.name && nameRange === undefined)
        ? `The sync "${subject.name}" has the name of its file. Give it one of its own with "name:" first.`
        : undefined;
    case "connection":
      return undefined;
    case "object":
    case "field":
      return `"${subject.name}" is the destination's name. It can only be renamed there.`;
    case "file":
      return "Rename the file in the explorer, and its path here.";
  }
}

export async function rename(project: ProjectText, subject: Subject, name: string): Promise<Renaming> {
  const refused = await renamableAt(project, subject);
  if (refused !== undefined) return { refused };
  switch (subject.kind) {
    case "column":
      return renameColumn(project, subject, name);
    case "connection":
      return renameConnection(project, subject, name);
    default:
      return renameSync(project, subject, name);
  }
}

async function columnRefusal(
  project: ProjectText,
  { model, name }: Extract<Subject, { kind: "column" }>,
): Promise<Refusal | undefined> {
  if (model.kind === "table") {
    return `The column "${name}" belongs to the table "${model.table}". Rename it in the warehouse, or select it under another name.`;
  }
  const [sync] = syncsOf(project, model);
  const sql = sync === undefined ? undefined : await modelSqlOf(project, sync);
  if (sql === undefined) return "The SQL of the model cannot be read.";
  const { outputs } = sql;
  if (outputs.reason === "template") return "The model is a template: where it names its columns is not certain.";
  if (outputs.reason !== undefined)
    return "The model is not one plain SELECT: where it names its columns is not certain.";
  if (outputNamed(outputs, name) !== undefined) return undefined;
  const several = outputs.outputs.filter((output) => output.name.toLowerCase() === name.toLowerCase()).length > 1;
  if (several) return `The model names several columns "${name}". Give each its own alias first.`;
  return `Where the model names the column "${name}" is not certain: it may come from a star or from an expression without an alias. Select it by its name first.`;
}

async function renameConnection(
  project: ProjectText,
  subject: Extract<Subject, { kind: "connection" }>,
  name: string,
): Promise<Renaming> {
  const problem = nameProblem(name);
  if (problem !== undefined) return { refused: problem };
  const declared = declarationsOf((await project.read("sluice.yaml")) ?? "");
  const isTaken = declared.some((each) => each.name === name && each.side === subject.side);
  if (isTaken) return { refused: `There is a connection "${name}" already. Choose another name.` };
  if (!declared.some((each) => each.name === subject.name && each.side === subject.side)) {
    return { refused: `sluice.yaml has no connection "${subject.name}" to rename.` };
  }
  const edits = await editsAt(project, await referencesOf(project, subject), name);
  return verified(project, { edits, notes: [{ note: "connection-kept", names: [subject.name] }] });
}

async function renameSync(project: ProjectText, subject: Subject, name: string): Promise<Renaming> {
  if (subject.kind !== "sync") return { refused: "This cannot be renamed." };
  const problem = nameProblem(name);
  if (problem !== undefined) return { refused: problem };
  if (project.syncs.some((sync) => sync.name === name)) {
    return { refused: `There is a sync "${name}" already. A name is a sync's identity: choose another one.` };
  }
  if (!project.syncs.some((sync) => sync.name === subject.name)) {
    return { refused: `No sync is named "${subject.name}".` };
  }
  const edits = await editsAt(project, await referencesOf(project, subject), name);
  return verified(project, { edits, notes: [{ note: "sync-ledger", names: [subject.name] }] });
}

async function editsAt(project: ProjectText, spots: readonly Spot[], name: string): Promise<readonly FileEdit[]> {
  return Promise.all(
    spots.map(async ({ file, range }) => ({ file, ...scalarEdit((await project.read(file)) ?? "", range, name) })),
  );
}
