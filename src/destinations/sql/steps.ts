/** Queries as a connector asks them. */
import { SyncFailure } from "../../failure";
import { type Cell, type DatabaseAddress, type DatabaseFailure, type DatabaseQuery } from "../database";
import { type Conversation } from "../destination";

export type Rows = readonly (readonly Cell[])[];
type Asked = Pick<DatabaseQuery, "sql" | "parameters">;

/** Throws SyncFailure where the server refuses it. */
export function* rowsOf(asked: Asked): Conversation<Rows> {
  const answer = yield* tried(asked);
  if ("rows" in answer) return answer.rows;
  throw new SyncFailure(
    "query-refused",
    `The database refused a query: ${answer.failure.message}`,
    "Run `sluice describe`: the tables may not be what they were.",
  );
}

/** The rows, or why the server does not take one of the parameters. */
export function* tried(asked: Asked): Conversation<{ readonly rows: Rows } | { readonly failure: DatabaseFailure }> {
  const answer = yield { step: "query", effect: "read", ...asked };
  if (answer.kind === "refused") return { failure: answer.failure };
  if (answer.kind !== "rows") throw new Error("a query was not answered by rows");
  return { rows: answer.results[0]?.rows ?? [] };
}

export function isLoopback(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

export function addressUrl(protocol: "postgresql" | "mysql", { host, port, database, tls }: DatabaseAddress): string {
  const name = host.startsWith("/") ? encodeURIComponent(host).toLowerCase() : host.includes(":") ? `[${host}]` : host;
  const url = `${protocol}://${name}:${port}/${encodeURIComponent(database)}`;
  if (URL.canParse(url)) return tls === "verify" ? url : `${url}?tls=${tls}`;
  throw new SyncFailure(
    "bad-host",
    "The connection's host cannot be the name of a server.",
    "Give host and port apart, without a protocol.",
  );
}
