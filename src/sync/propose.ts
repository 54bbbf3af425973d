/**
 * Which column might fill which field, with the reasons: nothing is mapped until the user accepts it. Names speak first;
 * types, formats and values confirm or contradict them. A field and a column come at most once.
 */
import { type ColumnFacts, type ModelFacts } from "./facts";
import { type FieldSchema, type ObjectSchema } from "../destinations/destination";
import { type Column } from "../warehouses/warehouse";
import { type FieldMapping } from "./definition";
import { type MappingText } from "./edit";
import { fitOfFormat, fitOfType, fitOfValues, type Fit } from "./propose-fit";
import { type ProposalReason } from "./propose-reason";
import { likeness, type Likeness, type NamedColumn, namedColumn, type NamedField, namedField } from "./propose-names";

export { type ProposalReason };

export interface Proposal {
  /** The destination's field. */
  readonly field: string;
  readonly column: string;
  /** What accepting it writes. */
  readonly mapping: MappingText;
  readonly reasons: readonly ProposalReason[];
  /** 0 to 1; the list is ordered by it, best first. Above 0.8 it can be accepted unseen. */
  readonly score: number;
  /** Fields that the column would suit as well: which is meant only the author knows. */
  readonly also?: readonly string[];
}

export interface ProposeInput {
  readonly columns: readonly Column[];
  readonly facts?: ModelFacts | undefined;
  readonly object: ObjectSchema;
  readonly mapped: readonly FieldMapping[];
  /** Fields not to be proposed again. */
  readonly dismissed: readonly string[];
  /** The columns that identify a row. */
  readonly key?: readonly string[];
}

/** Below, a proposal would be a guess. */
const leastScore = 0.5;
const asStrong = 0.02;

export function propose(input: ProposeInput): readonly Proposal[] {
  const taken = new Set([...input.mapped.map(({ field }) => field), ...input.dismissed]);
  const fields = input.object.fields.filter(({ name, readOnly }) => readOnly !== true && !taken.has(name));
  const used = new Set(input.mapped.flatMap(({ source }) => (source.kind === "column" ? [source.column] : [])));
  const facts = new Map(input.facts?.columns.map((one) => [one.name, one]));
  const named = fields.map(namedField);
  const candidates = input.columns
    .filter(({ type, name }) => type !== undefined && !used.has(name))
    .flatMap((column) => {
      const known = namedColumn(column, input.key ?? []);
      return named.flatMap((field) => candidate(known, field, facts.get(column.name)) ?? []);
    })
    .sort((a, b) => b.score - a.score || a.order - b.order);
  return chosen(candidates);
}

interface Candidate extends Proposal {
  /** Among equals the field that the destination names first. */
  readonly order: number;
}

function candidate(column: NamedColumn, field: NamedField, facts: ColumnFacts | undefined): Candidate | undefined {
  const name = likeness(column, field);
  // Without a likeness of names only values that speak for themselves count; most pairs end here.
  if (name.score === 0 && (facts === undefined || !speaksByValues(field.field))) return undefined;
  const type = fitOfType(column.column, field.field, facts);
  if (type === undefined) return undefined;
  const fits = [type, fitOfFormat(column.column, field.field, facts), fitOfValues(column.column, field.field, facts)];
  const score = scoreOf(name, fits);
  if (score < leastScore) return undefined;
  const values = fits.find((fit) => fit.values !== undefined)?.values;
  const own = column.column.name;
  return {
    field: field.field.name,
    column: own,
    mapping: values === undefined ? own : { column: own, values },
    reasons: [...(name.reason === undefined ? [] : [name.reason]), ...fits.flatMap(({ reason }) => reason ?? [])],
    score,
    order: field.order,
  };
}

function speaksByValues({ format, options }: FieldSchema): boolean {
  return format === "email" || options !== undefined;
}

/** What contradicts takes away from a likeness of names; what confirms brings it nearer to certainty. */
function scoreOf(name: Likeness, fits: readonly Fit[]): number {
  const base = Math.max(name.score, ...fits.map(({ alone }) => alone ?? 0));
  const doubted = fits.reduce((score, { factor }) => score * Math.min(1, factor), base);
  // What the values contradict no type makes good.
  if (doubted < base * 0.7) return Math.round(doubted * 100) / 100;
  const confirmed = fits.reduce((score, { factor }) => score + (1 - score) * Math.max(0, factor - 1), doubted);
  return Math.round(Math.min(0.99, confirmed) * 100) / 100;
}

/** The best first; each field and each column once. */
function chosen(candidates: readonly Candidate[]): readonly Proposal[] {
  const fields = new Set<string>();
  const columns = new Set<string>();
  const proposals: Proposal[] = [];
  for (const one of candidates) {
    if (fields.has(one.field) || columns.has(one.column)) continue;
    fields.add(one.field);
    columns.add(one.column);
    const rivals = candidates.filter(
      (other) => other !== one && other.column === one.column && other.score >= one.score - asStrong,
    );
    const { order: _order, ...proposal } = one;
    const also = rivals.map(({ field }) => field).filter((field) => !fields.has(field));
    // Undecided between fields, or between columns: not to be accepted unseen.
    const isContested = candidates.some(
      (other) => other.field === one.field && other.column !== one.column && other.score >= one.score - asStrong,
    );
    const score = also.length > 0 || isContested ? Math.min(one.score, 0.75) : one.score;
    proposals.push({ ...proposal, score, ...(also.length > 0 && { also }) });
  }
  return proposals.sort((a, b) => b.score - a.score);
}
