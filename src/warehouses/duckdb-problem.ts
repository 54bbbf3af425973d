/** DuckDB's errors as sentences for whoever must act: the author of the model, or the operator. */
import { SyncFailure } from "../failure";
import { DuckDbError, isNoRoom } from "./duckdb-error";
import { type PreparedQuery } from "./duckdb-query";
import { QueryProblem } from "./warehouse";

export const outOfReach =
  "The model reaches for something it may not read: it can read files of the project by paths relative to sluice.yaml, none with a name that begins with a dot, and nothing else.";

/** Run a statement in which the model begins at `offset`; positions of its errors become positions in the model. */
export async function translated<Result>(
  place: { readonly query: PreparedQuery; readonly offset: number },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DuckDbError)) throw error;
    throw failureOf(error) ?? problemOf(error, place.query, place.offset);
  }
}

/** What the operator must mend. undefined: the author must. */
function failureOf(error: DuckDbError): SyncFailure | undefined {
  if (error.kind === "Out of Memory") {
    return new SyncFailure(
      "warehouse-memory",
      "The model needs more memory than its warehouse connection allows.",
      "Raise `memory_limit` of the warehouse in sluice.yaml, or make the model smaller.",
      { cause: error },
    );
  }
  if (isNoRoom(error)) {
    return new SyncFailure(
      "disk-full",
      "The rows of the model could not be set aside: the disk is full.",
      "Make room where the project's .sluice folder lies, then run again; nothing was sent.",
      { cause: error },
    );
  }
  if ((error.kind === "IO" && error.errno !== undefined) || error.kind === "FATAL") {
    return new SyncFailure(
      "warehouse-unreadable",
      "The warehouse, a file that the model names, or the folder for intermediate results cannot be read or written.",
      "Check that the files are whole and readable, and that the disk has room.",
      { cause: error },
    );
  }
  return undefined;
}

function problemOf(error: DuckDbError, query: PreparedQuery, offset: number): QueryProblem {
  const position = error.position === undefined ? -1 : error.position - offset;
  const inside = position >= 0 && position <= query.sql.length;
  const original = inside ? query.originalOffset(position) : undefined;
  return new QueryProblem(sentence(error), original, error.candidates, { cause: error });
}

function sentence({ kind, message, candidates }: DuckDbError): string {
  if (kind === "Permission") return outOfReach;
  if (candidates.length > 0) {
    const [first = message] = message.split("\n");
    return `${first.replace(/[.!]$/, "")}. Did you mean ${candidates.map((each) => `"${each}"`).join(" or ")}?`;
  }
  return withoutValues(message);
}

/** DuckDB quotes the value or the line that it stumbled over: a record's data, which must not reach a log. */
function withoutValues(message: string): string {
  return message
    .split("\n")
    .filter((line) => !/^\s*Original Line:/.test(line))
    .join("\n")
    .replace(/\b(string|value|type \w+ with value) ('(?:[^']|'')*'|"(?:[^"]|"")*"|-?[\d.]+)/gi, "$1 …");
}
