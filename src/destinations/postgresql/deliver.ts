/**
 * Carries out a batch in one transaction: its rows are loaded into a temporary table of the columns' own types, and go from
 * there into the table by a few statements, whatever their number. What one row is at fault for, all of it is refused for;
 * then the rows go one by one. What is refused before that can be (a value that the type does not take), the engine finds by
 * halving the batch.
 */
import { SyncFailure } from "../../failure";
import { type OutgoingChange, type Outcome } from "../../record";
import { type DatabaseFailure, type StatementResult } from "../database";
import { type Batching, type Conversation, type DeliverContext } from "../destination";
import { type Shape, shapesOf } from "../sql/shapes";
import { makeTable } from "./create";
import { refusal } from "./errors";
import { type Done, doneIn, oneByOne } from "./one-by-one";
import { type Work, workOf } from "./statements";

export function batching({ mode }: DeliverContext): Batching {
  // A second insert would take its own rows for somebody else's.
  return { size: 2500, by: () => "all", repeatable: mode !== "append" && mode !== "insert" };
}

export function* deliver(batch: readonly OutgoingChange[], context: DeliverContext): Conversation<readonly Outcome[]> {
  if (batch.length === 0) return [];
  if (context.mode !== "append" && context.match === undefined) throw noMatch(context.mode);
  if (context.options.create === true) yield* makeTable(context);
  const [sent, left] = parted(batch, context);
  if (sent.length === 0) return left;
  const shapes = shapesOf(sent, context);
  const step = {
    step: "transaction",
    effect: "write",
    object: context.object.name,
    repeatable: batching(context).repeatable,
    changes: sent.map(({ id }) => id),
  } as const;
  const works = shapes.map((shape, index) => workOf(shape, index, context));
  const statements = [
    ...works.flatMap(({ stage, steps }) => [...stage, ...steps.map(([, sql]) => ({ sql }))]),
    // What is checked at the end only is checked here, where it is still known whose fault it is.
    { sql: "set constraints all immediate" },
  ];
  const answer = yield { ...step, statements, refusal: "answered" };
  if (answer.kind === "refused") {
    const [only, ...others] = sent;
    if (only !== undefined && others.length === 0) return [...left, rejected(only.id, answer.failure)];
    const each = yield { ...step, statements: oneByOne(shapes, context) };
    const last = (each.kind === "rows" ? each.results.at(-1) : undefined) ?? { rows: [], count: 0 };
    return [...left, ...shapes.flatMap((shape, index) => outcomesOf(shape, doneIn(last, index), context))];
  }
  if (answer.kind !== "rows") throw new Error("a transaction was not answered by rows");
  return [
    ...left,
    ...works.flatMap((work, index) => outcomesOf(work.shape, doneBy(works, index, answer.results), context)),
  ];
}

/** What the statements of one of the shapes answered. */
function doneBy(works: readonly Work[], index: number, results: readonly StatementResult[]): Done {
  const lengths = works.map(({ stage, steps }) => stage.length + steps.length);
  const first = lengths.slice(0, index).reduce((sum, one) => sum + one, 0) + (works[index]?.stage.length ?? 0);
  const places = (works[index]?.steps ?? []).map(([what], at) => {
    const rows = results[first + at]?.rows ?? [];
    return [what, new Set(rows.flatMap(([cell]) => (typeof cell === "string" ? [cell] : [])))] as const;
  });
  return { places: Object.fromEntries(places), refused: new Map() };
}

/** Those that can be sent, and what becomes of the others. */
function parted(
  batch: readonly OutgoingChange[],
  context: DeliverContext,
): readonly [readonly OutgoingChange[], readonly Outcome[]] {
  const outcomes = batch.flatMap((change): readonly Outcome[] => {
    const { id, action } = change;
    if (context.mode === "append")
      return action === "delete"
        ? [{ outcome: "skipped", id, reason: "Rows that were appended are not removed." }]
        : [];
    const match = change.match ?? change.remoteId ?? change.fields[context.match ?? ""] ?? undefined;
    if (match !== undefined) return [];
    const reason = `The record has no ${context.match ?? "match"}, which tells its row.`;
    return [{ outcome: "rejected", id, code: "no-match", reason, field: context.match ?? "match" }];
  });
  const settled = new Set(outcomes.map(({ id }) => id));
  return [batch.filter(({ id }) => !settled.has(id)), outcomes];
}

function outcomesOf(
  { rows, work }: Shape,
  { places, refused }: Done,
  { mode, match }: DeliverContext,
): readonly Outcome[] {
  return rows.map(({ id, place, match: remoteId }): Outcome => {
    const at = String(place);
    const failure = refused.get(at);
    if (failure !== undefined) return rejected(id, failure);
    if (mode === "append") return { outcome: "applied", id, created: true };
    // Not there: then it is as it should be.
    if (work === "remove" || work === "clear") return { outcome: "applied", id };
    if (places.insert?.has(at) === true) return { outcome: "applied", id, remoteId, created: true };
    if (places.update?.has(at) === true || places.move?.has(at) === true)
      return { outcome: "applied", id, remoteId, created: false };
    if (mode === "insert")
      return { outcome: "skipped", id, reason: `A row of the table has this ${match ?? "match"}.` };
    if (mode === "update")
      return { outcome: "skipped", id, reason: `No row of the table has this ${match ?? "match"}.` };
    const reason =
      "The row was neither made nor found: a trigger or a rule of the table left it out or changed its match, or another session wrote it in the same moment.";
    return { outcome: "rejected", id, code: "not-written", reason, uncertain: true };
  });
}

/** In the server's own words. */
function rejected(id: number, failure: DatabaseFailure): Outcome {
  const { code, reason, field } = refusal(failure);
  return { outcome: "rejected", id, code, reason, ...(field === undefined ? {} : { field }) };
}

function noMatch(mode: string): SyncFailure {
  return new SyncFailure(
    "match-missing",
    `mode: ${mode} needs match, the column that tells one row of the table from another.`,
    "Add match: to `destination:` in the sync file.",
  );
}
