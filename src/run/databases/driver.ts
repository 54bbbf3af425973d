/** What the engine needs of a database's driver: a session, and errors that tell an answer from silence. */
import {
  type Cell,
  type DatabaseAddress,
  type DatabaseFailure,
  type DatabaseKind,
  type DatabaseLogin,
  type DatabaseQuery,
  type StatementResult,
} from "../../destinations/database";

/** One connection to a server, one statement at a time. Throws StatementFailed or ConnectionLost. */
export interface Session {
  /** Begins a transaction, with all that its statements rely on: time zone, strictness, the longest time of a statement. */
  begin(effect: "read" | "write"): Promise<void>;
  query(sql: string, parameters?: DatabaseQuery["parameters"]): Promise<StatementResult>;
  /** A statement that loads rows. */
  load(sql: string, rows: readonly (readonly Cell[])[]): Promise<StatementResult>;
  commit(): Promise<void>;
  /** Never throws: a session that cannot roll back is broken, and the server rolls back for it. */
  rollback(): Promise<void>;
  /** Ends the statement that runs, by another connection. Never throws. */
  cancel(): Promise<void>;
  /** Ends it at once, whatever it does. Never throws. */
  close(): Promise<void>;
  /** It lost its connection and is of no more use. */
  readonly broken: boolean;
}

export interface Opening {
  readonly address: DatabaseAddress;
  readonly login: DatabaseLogin;
  readonly connectMs: number;
}

/** Throws NotConnected, StatementFailed (the server refuses the login) or SyncFailure (its certificate). */
export type OpenSession = (opening: Opening) => Promise<Session>;

export async function openerOf(driver: DatabaseKind["driver"]): Promise<OpenSession> {
  switch (driver) {
    case "postgresql":
      return (await import("./postgresql")).openPostgresql;
  }
}

/** The server answered, and the statement was not carried out. */
export class StatementFailed extends Error {
  override readonly name = "StatementFailed";
  constructor(
    readonly failure: DatabaseFailure,
    options?: ErrorOptions,
  ) {
    super("The database did not carry out a statement", options);
  }
}

/** The connection ended before the answer. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  constructor(
    /** A phrase: "the connection was reset". */
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}

/** There was no connection. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  constructor(
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(why, options);
  }
}
