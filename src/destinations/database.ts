/**
 * Databases are destinations whose steps are SQL instead of requests. A connector writes the statements and says what an
 * error means; the engine (run/databases) has the driver, the sessions, the transactions and the retries.
 */

/** A value as text, in the database's own spelling; null is NULL. */
export type Cell = string | null;

export type DatabaseStep = DatabaseQuery | DatabaseTransaction;

/** One statement, in a transaction that the server itself holds to reading. */
export interface DatabaseQuery {
  readonly step: "query";
  readonly effect: "read";
  readonly sql: string;
  /** Values for the statement's parameters; a list is one parameter that holds them all, where the database has such. */
  readonly parameters?: readonly (Cell | readonly Cell[])[];
}

/** Statements that are applied together or not at all. Their answers come once they are committed. */
export interface DatabaseTransaction {
  readonly step: "transaction";
  readonly effect: "write";
  readonly statements: readonly Statement[];
  /** Does carrying it out twice leave the same as once? */
  readonly repeatable: boolean;
  readonly changes: readonly number[];
  /** Object it writes to, for people. */
  readonly object: string;
  /** What the server refuses for the rows' sake is an answer, and another transaction may go. Default: the batch is split. */
  readonly refusal?: "answered";
}

export interface Statement {
  readonly sql: string;
  /** Rows that the statement loads: its SQL ends where they follow (`copy … from stdin`, `insert … values`). */
  readonly rows?: readonly (readonly Cell[])[];
  /** The first rows of its answer are kept with the exchange: they say what the server refused. */
  readonly shown?: true;
}

/** Of each statement its rows, all cells as text, and how many rows it touched. */
export interface StatementResult {
  readonly rows: readonly (readonly Cell[])[];
  readonly count: number;
}

export type DatabaseResponse =
  | { readonly kind: "rows"; readonly results: readonly StatementResult[] }
  /** The server refused a query for one of its values, or a transaction for its rows: nothing was applied, another may go. */
  | { readonly kind: "refused"; readonly failure: DatabaseFailure };

/** What a server says when it does not carry out a statement. */
export interface DatabaseFailure {
  /** SQLSTATE; of MySQL with its own number behind: "23000 1062". */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly column?: string;
  readonly constraint?: string;
  /** Where in the loaded rows. */
  readonly where?: string;
  /** The part of the server that said it, by its own name for it. */
  readonly routine?: string;
}

/**
 * - refused: one of the rows is at fault; a batch is split until it stands alone
 * - transient: nothing was applied and the same may go in a moment (deadlock, lost connection, too many connections)
 * - stopped: the operator must act
 */
export type DatabaseVerdict =
  | { readonly verdict: "refused"; readonly code: string; readonly reason: string; readonly field?: string }
  | { readonly verdict: "transient" }
  | { readonly verdict: "stopped"; readonly code: string; readonly hint: string };

export interface DatabaseAddress {
  /** A name, an address, or the absolute path of a socket's folder (PostgreSQL) or of the socket (MySQL). */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** verify: encrypted, and the server's certificate is checked. encrypt: not checked. off: in clear. */
  readonly tls: "verify" | "encrypt" | "off";
  /** Certificates that the server's is checked against, as PEM; default: those of the system. */
  readonly ca?: string;
  /** Longest time of one statement, in seconds. */
  readonly statementSeconds: number;
}

export interface DatabaseLogin {
  readonly user: string;
  readonly password?: string;
}

/** What a destination of transport "database" says of itself. */
export interface DatabaseKind {
  readonly driver: "postgresql";
  address(config: Readonly<Record<string, unknown>>): DatabaseAddress;
  judge(failure: DatabaseFailure): DatabaseVerdict;
  /**
   * How to learn whether a transaction was committed whose last answer never came: `take` gives its number within it,
   * `ask` (with that number) gives "committed" or "aborted" afterwards. Absent: nobody can tell.
   */
  readonly receipt?: { readonly take: string; readonly ask: string };
}
