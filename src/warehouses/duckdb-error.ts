/** What DuckDB says went wrong, as data. */
import { constants } from "node:os";

/** `position` is a 0-based UTF-16 offset into the statement that was run. */
export class DuckDbError extends Error {
  override readonly name = "DuckDbError";
  constructor(
    message: string,
    /** DuckDB's exception type: Parser, Binder, Catalog, Conversion, IO, Permission … */
    readonly kind: string,
    readonly position?: number,
    readonly candidates: readonly string[] = [],
    /** The operating system's error number, of an IO error. */
    readonly errno?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Did the disk run full? Where nobody else writes, a commit (which comes without a number) fails only for that. */
export function isNoRoom({ kind, errno }: DuckDbError): boolean {
  return kind === "TransactionContext" || (errno !== undefined && noRoom.has(errno));
}

const { ENOSPC, EFBIG, EDQUOT } = constants.errno;
const noRoom: ReadonlySet<number> = new Set([ENOSPC, EFBIG, EDQUOT]);

/** Another user of the file holds it. `pid` is this process's own where the other user is in it. */
export class DatabaseBusy extends Error {
  override readonly name = "DatabaseBusy";
  constructor(
    readonly file: string,
    readonly pid: number | undefined,
    options?: ErrorOptions,
  ) {
    super("The database file is in use", options);
  }
}

/** With errors_as_json DuckDB's message is, or ends with, a JSON object. */
export function duckDbError(error: unknown, sql: string): DuckDbError {
  const text = error instanceof Error ? error.message : String(error);
  const details = detailsIn(text);
  if (details === undefined) {
    const [, kind = "Unknown", rest = text] = /^([A-Za-z ]+?) Error: ([^]*)$/.exec(text) ?? [];
    return new DuckDbError(rest, kind, undefined, [], undefined, { cause: error });
  }
  const bytes = details.position === undefined ? undefined : Number(details.position);
  return new DuckDbError(
    details.exception_message ?? text,
    details.exception_type ?? "Unknown",
    bytes === undefined ? undefined : utf16Offset(sql, bytes),
    candidatesIn(details.candidates),
    details.errno === undefined ? undefined : Number(details.errno),
    { cause: error },
  );
}

/** An offset in bytes of UTF-8 (DuckDB's) as an offset in UTF-16 units (ours). */
export function utf16Offset(text: string, bytes: number): number {
  return Buffer.from(text, "utf8").subarray(0, bytes).toString("utf8").length;
}

type Details = Readonly<Partial<Record<string, string>>>;

function detailsIn(text: string): Details | undefined {
  const start = text.indexOf('{"exception_type"');
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start)) as Details;
  } catch {
    return undefined;
  }
}

function candidatesIn(list: string | undefined): readonly string[] {
  return list === undefined || list === "" ? [] : list.split(",").map((each) => each.trim());
}
