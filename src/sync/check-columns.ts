/** The columns a sync names against those its model has. */
import { type FieldType } from "../destinations/destination";
import { closest, didYouMean, listed } from "../project/closest";
import { replacing } from "../project/conform";
import { type Fix, type Path, type Range } from "../problem";
import { type LogicalType } from "../value";
import { type Column } from "../warehouses/warehouse";
import { type Checking } from "./check";
import { fieldNamed } from "./field-named";
import { type FieldMapping } from "./definition";
import { parseTemplate } from "./template";

export function checkColumns(checking: Checking): void {
  const { definition, columns } = checking;
  checkLookups(checking);
  if (columns === undefined) return;
  const isList = definition.model.key.length > 1;
  for (const [index, name] of definition.model.key.entries()) {
    checkColumn(checking, columns, { name, path: isList ? ["model", "key", index] : ["model", "key"] });
  }
  for (const mapping of definition.fields) {
    for (const use of usesOf(checking, mapping)) checkColumn(checking, columns, use);
    checkType(checking, columns, mapping);
  }
}

interface Use {
  readonly name: string;
  readonly path: Path;
  /** Of the name alone, where it stands inside a template. */
  readonly range?: Range;
}

function usesOf({ parsed }: Checking, { field, source }: FieldMapping): readonly Use[] {
  const path = ["fields", field];
  if (source.kind === "column" || source.kind === "lookup") return [{ name: source.column, path: [...path, "column"] }];
  if (source.kind !== "template") return [];
  const at = [...path, "template"];
  const template = parsed.textAt(at) ?? "";
  return parseTemplate(template).parts.flatMap((part) => {
    if (!("column" in part)) return [];
    const start = template.indexOf(part.column, part.start + 2);
    const last = start + part.column.length - 1;
    const range = { start: parsed.offsetInScalar(at, start), end: parsed.offsetInScalar(at, last) + 1 };
    return [{ name: part.column, path: at, range }];
  });
}

function checkColumn({ parsed, findings }: Checking, columns: readonly Column[], { name, path, range }: Use): void {
  const column = columnNamed(columns, name);
  const where = range === undefined ? {} : { range };
  if (column === undefined) {
    const names = columns.map((each) => each.name);
    const suggestion = closest(name, names);
    const remedy = didYouMean(suggestion) || ` It has ${listed(names)}.`;
    const fixes = suggestion === undefined ? [] : [renaming(suggestion)];
    findings.add("unknown-column", `The model has no column "${name}".${remedy}`, path, { ...where, fixes });
  } else if (column.type === undefined) {
    const message = `A value of type ${column.native} cannot be synced. Convert it to text in the model.`;
    findings.add("binary-column", message, path, where);
  }

  function renaming(to: string): Fix | undefined {
    if (range === undefined) return replacing(parsed, path, to);
    return /^[\w ]+$/.test(to) ? { title: `Change to "${to}"`, edits: [{ range, text: to }] } : undefined;
  }
}

/** A column by its exact name, or by its name in another case where only one has it. */
export function columnNamed(columns: readonly Column[], name: string): Column | undefined {
  const { exact, folded } = namesOf(columns);
  const column = exact.get(name);
  if (column !== undefined) return column;
  const inOtherCase = folded.get(name.toLowerCase()) ?? [];
  return inOtherCase.length === 1 ? inOtherCase[0] : undefined;
}

interface Names {
  readonly exact: ReadonlyMap<string, Column>;
  readonly folded: ReadonlyMap<string, readonly Column[]>;
}

/** Every mapping looks for a column among all of them. */
const names = new WeakMap<readonly Column[], Names>();

function namesOf(columns: readonly Column[]): Names {
  const known = names.get(columns);
  if (known !== undefined) return known;
  const folded = new Map<string, Column[]>();
  for (const column of columns) {
    const same = folded.get(column.name.toLowerCase());
    if (same === undefined) folded.set(column.name.toLowerCase(), [column]);
    else same.push(column);
  }
  const made: Names = { exact: new Map([...columns].reverse().map((column) => [column.name, column])), folded };
  names.set(columns, made);
  return made;
}

/** Types that never fit. Text may hold anything, and is left to the field's own encoder. */
const neverFits: Readonly<Partial<Record<LogicalType, readonly FieldType[]>>> = {
  json: ["integer", "number", "boolean", "date", "timestamp", "instant", "option"],
  boolean: ["date", "timestamp", "instant"],
  number: ["date"],
  date: ["integer", "number", "boolean"],
  timestamp: ["integer", "number", "boolean"],
  instant: ["integer", "number", "boolean"],
};

function checkType(
  { object, findings }: Checking,
  columns: readonly Column[],
  { field, source, values }: FieldMapping,
): void {
  if (source.kind !== "column" || values !== undefined) return;
  const type = object === undefined ? undefined : fieldNamed(object, field)?.type;
  const column = columnNamed(columns, source.column);
  if (type === undefined || column?.type === undefined || neverFits[column.type]?.includes(type) !== true) return;
  const message = `"${field}" takes ${type}, and the column "${column.name}" is ${column.native}. Convert it in the model or with sql.`;
  findings.add("type-mismatch", message, ["fields", field, "column"], { severity: "warning" });
}

function checkLookups({ definition, objects, findings }: Checking): void {
  if (objects === undefined || objects.every(({ open }) => open === true)) return;
  for (const { field, source } of definition.fields) {
    if (source.kind !== "lookup") continue;
    const path = ["fields", field];
    const related = objects.find(({ name }) => name === source.object);
    if (related === undefined) {
      const message = `"${definition.destination.connection}" has no object "${source.object}".`;
      const known = objects.map(({ name }) => name);
      findings.unknown({ code: "unknown-object", message, path: [...path, "lookup"], word: source.object, known });
    } else if (related.open !== true && !related.fields.some(({ name }) => name === source.by)) {
      const message = `"${related.label ?? related.name}" has no field "${source.by}".`;
      const known = related.fields.map(({ name }) => name);
      findings.unknown({ code: "unknown-field", message, path: [...path, "by"], word: source.by, known });
    }
  }
}
