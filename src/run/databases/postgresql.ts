/** Sessions with a PostgreSQL server. The only file that knows pg and its COPY. */
import { once } from "node:events";
import { type ClientConfig, type QueryArrayConfig, type QueryArrayResult } from "pg";
import { type Cell, type DatabaseAddress, type StatementResult } from "../../destinations/database";
import { codeOf, isTlsFailure, untrustedCertificate, whyFailed } from "../network";
import { ConnectionLost, NotConnected, type Opening, type Session, StatementFailed } from "./driver";

export async function openPostgresql(opening: Opening): Promise<Session> {
  const { default: pg } = await import("pg");
  const { from } = await import("pg-copy-streams");
  const config = configOf(opening);
  const client = new pg.Client(config);
  const life = { broken: false, why: "the connection was closed" };
  const end = (error?: unknown): void => {
    life.broken = true;
    if (error !== undefined) life.why = whyFailed(codeOf(error));
  };
  client.on("error", end);
  client.on("end", () => end());
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw notConnected(error);
  }

  async function answered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (life.broken) throw new ConnectionLost(life.why);
    try {
      return await ask();
    } catch (error) {
      const failure = failureOf(error);
      if (failure !== undefined) {
        // What is fatal ends the session, whatever else it says.
        if (isFatal(error)) throw lost(error);
        throw new StatementFailed(failure, { cause: error });
      }
      throw lost(error);
    }
  }
  function lost(error: unknown): ConnectionLost {
    end(error);
    return new ConnectionLost(life.why, { cause: error });
  }

  const session: Session = {
    async begin(effect) {
      await answered(() => client.query(begin(effect, opening.address.statementSeconds)));
    },
    query: (sql, parameters = []) =>
      answered(async () => {
        const values = parameters.map((one) => (Array.isArray(one) ? arrayLiteral(one) : (one as Cell)));
        // One statement by protocol, whatever the text says.
        const query: QueryArrayConfig<Cell[]> & { readonly queryMode: "extended" } = {
          text: sql,
          values,
          rowMode: "array",
          queryMode: "extended",
        };
        return resultOf(await client.query<Cell[]>(query));
      }),
    load: (sql, rows) =>
      answered(async () => {
        const stream = client.query(from(sql));
        const ended = once(stream, "finish");
        stream.end(copyText(rows));
        await ended;
        return { rows: [], count: stream.rowCount ?? rows.length };
      }),
    async commit() {
      const { command } = await answered(() => client.query("commit"));
      // A transaction that failed before answers a commit by rolling back.
      if (command === "ROLLBACK") {
        throw new StatementFailed({ code: "25P02", message: "The transaction was rolled back." });
      }
    },
    async rollback() {
      if (life.broken) return;
      await client.query("rollback").catch(lost);
    },
    async cancel() {
      if (life.broken) return;
      const other = new pg.Client(config);
      other.on("error", () => undefined);
      try {
        await other.connect();
        const { processID } = client as unknown as { readonly processID: number };
        await other.query("select pg_cancel_backend($1)", [processID]);
      } catch {
        // The statement then ends by itself, or with the session.
      } finally {
        await other.end().catch(() => undefined);
      }
    },
    async close() {
      const idle = !life.broken;
      end();
      if (idle) await Promise.race([client.end().catch(() => undefined), soon()]);
      (
        client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }
      ).connection.stream.destroy();
    },
    get broken() {
      return life.broken;
    },
  };
  return session;
}

/** Everything that the meaning of a statement hangs on is set for each transaction, so that a pooler in between may mix sessions. */
function begin(effect: "read" | "write", statementSeconds: number): string {
  const ms = Math.round(statementSeconds * 1000);
  return [
    `begin isolation level read committed ${effect === "read" ? "read only" : "read write"}`,
    "set local time zone 'UTC'",
    "set local datestyle to 'ISO, YMD'",
    "set local intervalstyle to 'iso_8601'",
    "set local extra_float_digits to 1",
    "set local bytea_output to 'hex'",
    "set local standard_conforming_strings to on",
    `set local statement_timeout to ${ms}`,
    `set local lock_timeout to ${Math.min(ms, 30_000)}`,
    // A session whose client died in the middle must not keep its locks.
    `set local idle_in_transaction_session_timeout to ${ms + 60_000}`,
  ].join("; ");
}

function configOf({ address, login, connectMs }: Opening): ClientConfig {
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    user: login.user,
    // A function, so that neither the environment nor a password file steps in.
    password: () => login.password ?? "",
    ssl: tlsOf(address),
    application_name: "sluice",
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types: { getTypeParser: () => (text: unknown) => text } as unknown as NonNullable<ClientConfig["types"]>,
  };
}

function tlsOf({ tls, ca, host }: DatabaseAddress): ClientConfig["ssl"] {
  if (tls === "off") return false;
  return {
    rejectUnauthorized: tls === "verify",
    ...(ca === undefined ? {} : { ca }),
    ...(tls === "encrypt" ? { checkServerIdentity: () => undefined } : {}),
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
  };
}

function resultOf({ rows, rowCount }: QueryArrayResult): StatementResult {
  return { rows: rows as Cell[][], count: rowCount ?? rows.length };
}

/** Rows in COPY's text format. */
export function copyText(rows: readonly (readonly Cell[])[]): string {
  let text = "";
  for (const row of rows) {
    for (let index = 0; index < row.length; index += 1) {
      if (index > 0) text += "\t";
      const cell = row[index] as Cell;
      text += cell === null ? "\\N" : special.test(cell) ? cell.replace(specials, escaped) : cell;
    }
    text += "\n";
  }
  return text;
}

const special = /[\\\t\n\r]/;
const specials = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const escaped = (character: string): string => escapes[character] ?? character;

/** A list as PostgreSQL's array literal. */
export function arrayLiteral(cells: readonly Cell[]): string {
  return `{${cells.map((cell) => (cell === null ? "NULL" : `"${cell.replace(/["\\]/g, "\\$&")}"`)).join(",")}}`;
}

interface ServerError {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly where?: string;
  readonly routine?: string;
}

function isServerError(error: unknown): error is ServerError {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown };
  return typeof severity === "string" && typeof code === "string";
}

function failureOf(error: unknown): StatementFailed["failure"] | undefined {
  if (!isServerError(error)) return undefined;
  const { code, message, detail, column, constraint, where, routine } = error;
  return {
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(where === undefined ? {} : { where }),
    ...(routine === undefined ? {} : { routine }),
  };
}

function isFatal(error: unknown): boolean {
  if (!isServerError(error)) return false;
  // By code, as the word is in the server's language: sessions that are ended, and those of a pooler that lost its server.
  return /^(57P0|08)/.test(error.code) || error.severity === "FATAL" || error.severity === "PANIC";
}

function notConnected(error: unknown): Error {
  const failure = failureOf(error);
  if (failure !== undefined) return new StatementFailed(failure, { cause: error });
  const code = codeOf(error);
  if (isTlsFailure(code)) {
    const hint = "Give the server's certificate authority as `ca`, or tls: encrypt if you trust the network between.";
    return untrustedCertificate(code, hint, { cause: error });
  }
  return new NotConnected(code === "" ? notSpoken(error) : whyFailed(code), { cause: error });
}

/** pg's own errors have no code. */
function notSpoken(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  if (/does not support SSL/i.test(text)) return "the server does not speak TLS (say tls: off if the network is yours)";
  return /timeout/i.test(text) ? "the host did not answer in time" : "the connection failed";
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000).unref());
}
