/** A batch as a database takes it: rows of one shape are one statement. */
import { type OutgoingChange } from "../../record";
import { type Cell } from "../database";
import { type DeliverContext } from "../destination";
import { type Json } from "../../value";

/**
 * - write: by its match, or with none (append)
 * - move: found by the match it had, and given another
 * - remove, clear: taken away, or emptied
 */
export type Work = "write" | "move" | "remove" | "clear";

export interface Shape {
  readonly work: Work;
  /** Columns that get a value, the match not among them. */
  readonly columns: readonly string[];
  readonly rows: readonly ShapedRow[];
}

export interface ShapedRow {
  readonly id: number;
  /** Its place among the rows of the shape, from 1. */
  readonly place: number;
  /** The match as it is to be; of what is removed or cleared: as it is. "" with none. */
  readonly match: string;
  /** Of a move: the match it had. */
  readonly was: string;
  readonly cells: readonly Cell[];
}

/** Rows in the order of their match, so that two sessions take their locks in the same one. */
export function shapesOf(batch: readonly OutgoingChange[], context: DeliverContext): readonly Shape[] {
  const shapes = new Map<string, { work: Work; columns: readonly string[]; rows: Omit<ShapedRow, "place">[] }>();
  for (const change of batch) {
    const work = workOf(change, context);
    const columns = work === "remove" ? [] : Object.keys(change.fields).filter((name) => name !== context.match);
    const key = JSON.stringify([work, columns]);
    let shape = shapes.get(key);
    if (shape === undefined) shapes.set(key, (shape = { work, columns, rows: [] }));
    shape.rows.push({
      id: change.id,
      match: matchOf(change, work, context) ?? "",
      was: work === "move" ? (before(change) ?? "") : "",
      cells: columns.map((name) => cellOf(change.fields[name] ?? null)),
    });
  }
  return [...shapes.values()].map(({ work, columns, rows }) => {
    if (context.match !== undefined) rows.sort((a, b) => (a.match < b.match ? -1 : a.match > b.match ? 1 : 0));
    return { work, columns, rows: rows.map((row, index) => ({ ...row, place: index + 1 })) };
  });
}

/** The match of a change as its column is to hold it; undefined: it has none. */
export function matchOf(change: OutgoingChange, work: Work, { match }: DeliverContext): string | undefined {
  if (match === undefined) return undefined;
  if (work === "remove" || work === "clear") return before(change) ?? change.match;
  const given = change.fields[match];
  return given === undefined || given === null ? change.match : (cellOf(given) ?? undefined);
}

function workOf(change: OutgoingChange, context: DeliverContext): Work {
  if (change.action === "delete") return context.onRemoved === "clear" ? "clear" : "remove";
  if (context.match === undefined || context.mode === "append" || context.mode === "insert") return "write";
  const was = before(change);
  return was === undefined || was === matchOf(change, "write", context) || was === change.match ? "write" : "move";
}

function before({ remoteId, matchBefore }: OutgoingChange): string | undefined {
  return remoteId ?? matchBefore;
}

export function cellOf(value: Json): Cell {
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}
