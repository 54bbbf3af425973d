/** A new name for a column: its alias in the SQL, and every place of every sync of that model. */
import { type Path, type Range } from "../problem";
import { applyEdits, setAt } from "../project/yaml-edit";
import { entryAt, type Places, placesOf } from "../project/yaml-places";
import { readYaml, type YamlText } from "../project/yaml-text";
import { aliasUses } from "./alias-uses";
import { columnNameProblem, escaped, sqlName } from "./names";
import { type FileEdit, type Renaming, verified } from "./renaming";
import { columnsIn } from "./sql-columns";
import { type Output, outputNamed } from "./sql-outputs";
import { sameName } from "./sql-tokens";
import { columnsInTemplate, type IndexedSync } from "./sync-index";
import { modelSqlOf, type ModelSql, type ProjectText, type Subject, syncsOf } from "./subject";

interface PlainEdit {
  readonly range: Range;
  readonly text: string;
}

export async function renameColumn(
  project: ProjectText,
  { model, name }: Extract<Subject, { kind: "column" }>,
  to: string,
): Promise<Renaming> {
  const problem = columnNameProblem(to);
  if (problem !== undefined) return { refused: problem };
  const syncs = syncsOf(project, model);
  const [first] = syncs;
  const sql = first === undefined ? undefined : await modelSqlOf(project, first);
  const output = sql === undefined ? undefined : outputNamed(sql.outputs, name);
  if (first === undefined || sql === undefined || output === undefined)
    return { refused: "The SQL of the model cannot be read." };
  const taken = sql.outputs.outputs.find((other) => other !== output && sameName(other.name, to));
  if (taken !== undefined) return { refused: `The model has a column "${taken.name}" already. Choose another name.` };
  const inSql = sqlEdits(sql, output, to);
  if ("refused" in inSql) return inSql;
  const edits: FileEdit[] = [...(await placedEdits(project, sql, inSql))];
  for (const sync of syncs) {
    const found = await syncEdits(project, sync, { name, to });
    if ("refused" in found) return found;
    edits.push(...found.map((edit) => ({ file: sync.file, ...edit })));
  }
  const keyed = syncs.filter(({ uses }) => uses.some(({ as, name: used }) => as === "key" && sameName(used, name)));
  const after = applyEdits(sql.sql, inSql);
  return verified(project, {
    edits,
    notes: keyed.length === 0 ? [] : [{ note: "key-column", names: keyed.map((sync) => sync.name) }],
    column: { sync: first.file, from: output.name, to, before: sql.sql, after, complete: sql.outputs.complete },
  });
}

type Edits = readonly PlainEdit[] | { readonly refused: string };

/** In the SQL's own text. */
function sqlEdits({ sql, outputs }: ModelSql, output: Output, to: string): Edits {
  const { certain, doubt } = aliasUses(outputs, output);
  if (doubt !== undefined) {
    const line = sql.slice(0, doubt.start).split("\n").length;
    return {
      refused: `Line ${line} of the SQL speaks of "${output.name}" too, and it may mean this column or another of that name. Rename it there by hand.`,
    };
  }
  const at = (range: Range): PlainEdit => ({ range, text: sqlName(to, sql.slice(range.start, range.end), sql) });
  const { end } = output.range;
  const named =
    output.form === "alias" ? at(output.range) : { range: { start: end, end }, text: ` as ${sqlName(to, "", sql)}` };
  return [named, ...certain.map(at)];
}

/** Edits of the SQL as edits of the file that holds it. */
async function placedEdits(
  project: ProjectText,
  sql: ModelSql,
  edits: readonly PlainEdit[],
): Promise<readonly FileEdit[]> {
  const text = (await project.read(sql.file)) ?? "";
  const quote = sql.file.endsWith(".sync.yaml") ? quoteOf(readYaml(text), ["model", "sql"]) : "";
  return edits.map((edit) => ({
    file: sql.file,
    // An insertion follows what stands before it.
    range: edit.range.start === edit.range.end ? after(sql, edit.range.end) : sql.place(edit.range),
    text: escaped(edit.text, quote),
  }));
}

function after(sql: ModelSql, position: number): Range {
  const { end } = sql.place({ start: position - 1, end: position });
  return { start: end, end };
}

async function syncEdits(
  project: ProjectText,
  sync: IndexedSync,
  { name, to }: { readonly name: string; readonly to: string },
): Promise<Edits> {
  const yaml = readYaml((await project.read(sync.file)) ?? "");
  const places = placesOf(yaml);
  const uses = sync.uses.filter((use) => sameName(use.name, name));
  const doubt = uses.find(({ certain }) => !certain);
  if (doubt !== undefined) {
    return {
      refused: `${sync.file} speaks of "${name}" in ${doubt.path.join(".")}, and it may mean something else there. Rename it there by hand.`,
    };
  }
  const edits = new Map<string, readonly PlainEdit[] | undefined>();
  for (const { path, as } of uses) {
    const isText = as === "template" || as === "sql";
    const made = isText ? textEdits(yaml, places, { path, as, name, to }) : setAt(yaml, path, to);
    edits.set(JSON.stringify(path), made);
  }
  const all = [...edits.values()];
  if (all.includes(undefined)) return { refused: `${sync.file} could not be edited with certainty.` };
  return distinctEdits(all.flatMap((each) => each ?? []));
}

interface InText {
  readonly path: Path;
  readonly as: "template" | "sql";
  readonly name: string;
  readonly to: string;
}

function textEdits(yaml: YamlText, places: Places, { path, as, name, to }: InText): readonly PlainEdit[] {
  const text = places.textAt(path) ?? "";
  const quote = quoteOf(yaml, path);
  const found = (as === "sql" ? columnsIn(text) : columnsInTemplate(text)).filter(({ column }) =>
    sameName(column, name),
  );
  return found.map(({ range: { start, end } }) => {
    const written = as === "sql" ? sqlName(to, text.slice(start, end), text) : to;
    const range = { start: places.offsetInScalar(path, start), end: places.offsetInScalar(path, end - 1) + 1 };
    return { range, text: escaped(written, quote) };
  });
}

/** Of a quoted scalar, else "". */
function quoteOf(yaml: YamlText, path: Path): string {
  const start = entryAt(yaml.root, path)?.value.start;
  const first = start === undefined ? "" : yaml.text.charAt(start);
  return first === '"' || first === "'" ? first : "";
}

/** What stands at several paths by an alias is edited once. */
function distinctEdits(edits: readonly PlainEdit[]): readonly PlainEdit[] {
  return [...new Map(edits.map((edit) => [`${edit.range.start} ${edit.range.end}`, edit])).values()];
}
