/** Writes a batch of changes to a file: appended, or merged into its rows and replaced as a whole. */
import { SyncFailure } from "../../failure";
import { type OutgoingChange, type Outcome } from "../../record";
import { type Conversation, type DeliverContext, type ObjectContext } from "../destination";
import { checkOptions } from "./check";
import { appendedCsv } from "./csv-table";
import { appendedJson } from "./json-table";
import { type FileForm, readForm } from "./options";
import { openTable } from "./open-table";
import { several, type Table } from "./table";

export function* deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]> {
  if (batch.length === 0) return [];
  const form = readForm(context.config, context.options);
  const [problem] = checkOptions(context);
  if (problem !== undefined) {
    throw new SyncFailure(problem.code, problem.message, "Mend `destination:` in the sync file and run again.");
  }
  if (context.mode === "append") return yield* append(batch, form, context);
  if (context.match === undefined) {
    throw new SyncFailure(
      "match-missing",
      `mode: ${context.mode} needs match, the column that tells one row of the file from another.`,
      "Add match: to `destination:` in the sync file.",
    );
  }
  return yield* merge(batch, form, { ...context, match: context.match });
}

/** The file's text; undefined: there is no such file. */
export function* textOfFile(form: FileForm): Conversation<string | undefined> {
  const answer = yield { step: "file", operation: "read", path: form.path, effect: "read" };
  if (answer.kind !== "file") throw new Error("a file step was not answered by a file");
  return answer.text;
}

function* append(
  batch: readonly OutgoingChange[],
  form: FileForm,
  { fields }: ObjectContext,
): Conversation<readonly Outcome[]> {
  const before = yield* textOfFile(form);
  const sent = batch.filter(({ action }) => action !== "delete");
  const records = sent.map((change) => change.fields);
  const text =
    form.format === "jsonl" ? appendedJson(before, records, fields) : appendedCsv(before, records, form, fields);
  const changes = sent.map(({ id }) => id);
  const step = { step: "file", operation: "append", path: form.path, text, effect: "write" } as const;
  if (sent.length > 0) yield { ...step, repeatable: false, changes };
  return batch.map(({ id, action }) =>
    action === "delete"
      ? { outcome: "skipped", id, reason: "Rows that were appended are not removed." }
      : { outcome: "applied", id, created: true },
  );
}

function* merge(
  batch: readonly OutgoingChange[],
  form: FileForm,
  context: DeliverContext & { readonly match: string },
): Conversation<readonly Outcome[]> {
  const table = openTable(yield* textOfFile(form), form, context.fields);
  const { match } = context;
  const rows = table.index(match);
  const merged = batch.map((change) => mergeOne(change, { table, rows, match, context }));
  const changes = merged.filter(({ touched }) => touched).map(({ outcome }) => outcome.id);
  if (changes.length > 0) {
    const step = { step: "file", operation: "replace", path: form.path, effect: "write" } as const;
    yield { ...step, text: table.text(), repeatable: true, changes };
  }
  return merged.map(({ outcome }) => outcome);
}

interface Merge {
  readonly table: Table;
  /** Rows by the text of the match column; kept up to date. */
  readonly rows: Map<string, number>;
  readonly match: string;
  readonly context: DeliverContext;
}
interface Merged {
  readonly outcome: Outcome;
  /** The file is different for it. */
  readonly touched: boolean;
}

function mergeOne(change: OutgoingChange, merge: Merge): Merged {
  const { table, rows, match, context } = merge;
  const { id, action } = change;
  const found = find(change, rows);
  if (found?.row === several)
    return left({ outcome: "rejected", id, code: "several-rows", reason: severalRows(match), field: match });
  if (action === "delete") {
    if (found === undefined) return left({ outcome: "applied", id });
    if (context.onRemoved === "clear") table.set(found.row, change.fields);
    else {
      table.remove(found.row);
      rows.delete(found.text);
    }
    return { outcome: { outcome: "applied", id }, touched: true };
  }
  const text = matchOf(change, match);
  if (text === undefined)
    return left({
      outcome: "rejected",
      id,
      code: "no-match",
      reason: `The record has no ${match}, which tells its row.`,
      field: match,
    });
  if (found === undefined) {
    if (context.mode === "update")
      return left({ outcome: "skipped", id, reason: `No row of the file has this ${match}.` });
    rows.set(
      text,
      table.add(Object.hasOwn(change.fields, match) ? change.fields : { [match]: text, ...change.fields }),
    );
    return { outcome: { outcome: "applied", id, remoteId: text, created: true }, touched: true };
  }
  if (context.mode === "insert")
    return left({ outcome: "skipped", id, reason: `A row of the file has this ${match}.` });
  if (text !== found.text && rows.has(text)) {
    return left({
      outcome: "rejected",
      id,
      code: "match-taken",
      reason: `Another row of the file has this ${match}.`,
      field: match,
    });
  }
  table.set(found.row, change.fields);
  rows.delete(found.text);
  rows.set(text, found.row);
  return { outcome: { outcome: "applied", id, remoteId: text, created: false }, touched: true };
}

/** The row as it was last sent, else as it is to be. */
function find(change: OutgoingChange, rows: Map<string, number>): { row: number; text: string } | undefined {
  for (const text of [change.remoteId, change.matchBefore, change.match]) {
    const row = text === undefined ? undefined : rows.get(text);
    if (text !== undefined && row !== undefined) return { row, text };
  }
  return undefined;
}

function matchOf(change: OutgoingChange, match: string): string | undefined {
  if (change.match !== undefined) return change.match;
  const value = change.fields[match];
  if (value === undefined || value === null) return change.remoteId;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function left(outcome: Outcome): Merged {
  return { outcome, touched: false };
}

function severalRows(match: string): string {
  return `Several rows of the file have this ${match}, so that none can be told from the others.`;
}
