/** What the three columns of the page show, told from the state alone. */
import { type ColumnFacts, type FileProblem, type MappedRow, type MappedValue } from "../../src/calls/calls";
import { type FieldSchema } from "../../src/destinations/destination";
import { type FieldMapping } from "../../src/sync/definition";
import { type Proposal } from "../../src/sync/propose";
import { type Json } from "../../src/value";
import { type Column } from "../../src/warehouses/warehouse";
import { type MappingState, type RejectedRecords } from "../mapping-protocol";
import { type Fit, fitOf } from "./fit";

export interface ColumnItem {
  readonly column: Column;
  readonly facts?: ColumnFacts;
  /** Fields that read it, in file order. */
  readonly usedBy: readonly string[];
  readonly isKey: boolean;
}

export interface FieldItem {
  readonly field: FieldSchema;
  readonly mapped: boolean;
  /** Required where records are created, and not mapped. */
  readonly missing: boolean;
  readonly isMatch: boolean;
}

export interface MappingRow {
  readonly field: string;
  /** Absent where the destination's fields are not known, or this one is not among them. */
  readonly schema?: FieldSchema;
  /** Absent where the mapping cannot be understood: its problems say why. */
  readonly mapping?: FieldMapping;
  readonly problems: readonly FileProblem[];
  readonly rejections: readonly RejectedRecords[];
  readonly fit?: Fit;
  readonly live?: Live;
  readonly isMatch: boolean;
}

/** What one model row becomes. `source` absent: the mapping reads no single column. */
export interface Live {
  readonly source?: Json;
  readonly result: MappedValue;
}

/** Columns that nothing reads come first, so that what is left to map is in sight; else in the model's order. */
export function columnItems(state: MappingState): readonly ColumnItem[] {
  const columns = state.columns ?? [];
  const facts = new Map(state.facts?.columns.map((each) => [each.name, each]));
  const used = usage(state.definition?.fields ?? [], columns);
  const keys = new Set(state.definition?.model.key);
  const items = columns.map((column): ColumnItem => {
    const known = facts.get(column.name);
    return {
      column,
      ...(known === undefined ? {} : { facts: known }),
      usedBy: used.get(column.name) ?? [],
      isKey: keys.has(column.name),
    };
  });
  const isFree = ({ usedBy, isKey }: ColumnItem): boolean => usedBy.length === 0 && !isKey;
  return [...items.filter(isFree), ...items.filter((item) => !isFree(item))];
}

/** Required fields without a mapping first, then the other free ones, then mapped ones, read-only ones last. */
export function fieldItems(state: MappingState): readonly FieldItem[] {
  const mapped = new Set(mappingRows(state).map(({ field }) => field));
  const creates = state.definition === undefined || state.definition.mode !== "update";
  const items = (state.object?.fields ?? []).map((field): FieldItem => {
    const isMapped = mapped.has(field.name);
    return {
      field,
      mapped: isMapped,
      missing: field.required === true && !isMapped && creates && field.readOnly !== true,
      isMatch: state.definition?.destination.match === field.name,
    };
  });
  const rank = ({ missing, mapped: isMapped, field }: FieldItem): number =>
    missing ? 0 : field.readOnly === true ? 3 : isMapped ? 2 : 1;
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/** Mappings that cannot be understood first, then the others in file order. */
export function mappingRows(state: MappingState): readonly MappingRow[] {
  const { definition, object } = state;
  const schemas = new Map(object?.fields.map((field) => [field.name, field]));
  const columns = new Map(state.columns?.map((column) => [column.name, column]));
  const facts = new Map(state.facts?.columns.map((each) => [each.name, each]));
  const problems = problemsByField(state.problems);
  const read = definition?.fields ?? [];
  const known = new Set(read.map(({ field }) => field));
  const row = (field: string, mapping?: FieldMapping): MappingRow => {
    const schema = schemas.get(field);
    const single = mapping === undefined ? undefined : singleColumn(mapping);
    const column = single === undefined ? undefined : columns.get(single);
    const about = single === undefined ? undefined : facts.get(single);
    const fit =
      mapping === undefined || schema === undefined
        ? undefined
        : fitOf({
            mapping,
            field: schema,
            ...(column === undefined ? {} : { column }),
            ...(about === undefined ? {} : { facts: about }),
          });
    const live = mapping === undefined ? undefined : liveOf(mapping, sampleRow(state));
    return {
      field,
      problems: problems.get(field) ?? [],
      rejections: state.rejections.filter(({ path }) => path[0] === "fields" && path[1] === field),
      isMatch: definition?.destination.match === field,
      ...(schema === undefined ? {} : { schema }),
      ...(mapping === undefined ? {} : { mapping }),
      ...(fit === undefined ? {} : { fit }),
      ...(live === undefined ? {} : { live }),
    };
  };
  const broken = [...problems.keys()].filter((field) => field !== "" && !known.has(field));
  return [...broken.map((field) => row(field)), ...read.map((mapping) => row(mapping.field, mapping))];
}

/** The row whose values are shown, or undefined: not asked, failed, or the model has no such row. */
export function sampleRow({ sample }: MappingState): MappedRow | undefined {
  return sample === undefined || "failure" in sample || sample.row === undefined ? undefined : sample;
}

/** Problems of a setting: what stands at the path or below it. */
export function problemsAt(state: MappingState, path: readonly string[]): readonly FileProblem[] {
  return state.problems.filter((problem) => path.every((step, index) => problem.path[index] === step));
}

/** Problems that no mapping and no setting of the page shows. */
export function otherProblems(state: MappingState): readonly FileProblem[] {
  const shown: readonly (readonly string[])[] = [
    ["destination", "connection"],
    ["destination", "object"],
    ["destination", "match"],
    ["model", "key"],
    ["mode"],
    ["on_removed"],
    ["guards"],
  ];
  const isShown = ({ path }: FileProblem): boolean =>
    (path[0] === "fields" && path.length > 1) ||
    shown.some((setting) => setting.every((step, index) => path[index] === step));
  return state.problems.filter((problem) => !isShown(problem));
}

/** Rejections that no one mapping explains. */
export function otherRejections(state: MappingState): readonly RejectedRecords[] {
  return state.rejections.filter(({ path }) => path[0] !== "fields" || path.length < 2);
}

/** The one column whose values the mapping takes; undefined for constants, templates and expressions. */
export function singleColumn({ source }: FieldMapping): string | undefined {
  return source.kind === "column" || source.kind === "lookup" ? source.column : undefined;
}

/** Every column a mapping reads. An expression reads what it names, as far as words tell. */
export function columnsOf({ source }: FieldMapping, columns: readonly Column[]): readonly string[] {
  switch (source.kind) {
    case "column":
    case "lookup":
      return [source.column];
    case "template":
      return source.parts.flatMap((part) => ("column" in part ? [part.column] : []));
    case "sql": {
      const words = new Set(source.sql.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*|"[^"]+"/gu) ?? []);
      return columns
        .map(({ name }) => name)
        .filter((name) => words.has(name.toLowerCase()) || words.has(`"${name.toLowerCase()}"`));
    }
    case "value":
      return [];
  }
}

export function proposalFor(state: MappingState, field: string): Proposal | undefined {
  return state.proposals.find((proposal) => proposal.field === field);
}

function usage(fields: readonly FieldMapping[], columns: readonly Column[]): ReadonlyMap<string, readonly string[]> {
  const used = new Map<string, string[]>();
  for (const mapping of fields) {
    for (const column of new Set(columnsOf(mapping, columns))) {
      const readers = used.get(column) ?? [];
      readers.push(mapping.field);
      used.set(column, readers);
    }
  }
  return used;
}

function problemsByField(problems: readonly FileProblem[]): ReadonlyMap<string, readonly FileProblem[]> {
  const found = new Map<string, FileProblem[]>();
  for (const problem of problems) {
    const [first, field] = problem.path;
    if (first !== "fields" || field === undefined) continue;
    found.set(String(field), [...(found.get(String(field)) ?? []), problem]);
  }
  return found;
}

function liveOf(mapping: FieldMapping, row: MappedRow | undefined): Live | undefined {
  const result = row?.fields[mapping.field];
  if (row === undefined || result === undefined) return undefined;
  const column = singleColumn(mapping);
  const source = column === undefined ? undefined : row.cells[column];
  return source === undefined ? { result } : { source, result };
}
