/** What makes two plans the same: digests of the definition and of the changes. */
import { createHash } from "node:crypto";
import { type SyncDefinition } from "../sync/definition";
import { type DuckDb } from "../warehouses/duckdb-driver";
import { part } from "./files";
import { type PlanHeader } from "./plan";
import { type Work } from "./work";

export interface PlanTarget {
  readonly name: string;
  /** Connections as the target resolves them, without secrets. */
  readonly warehouse: { readonly type: string; readonly keys: Readonly<Record<string, unknown>> };
  readonly destination: { readonly type: string; readonly keys: Readonly<Record<string, unknown>> };
}

/** sha256 hex of the sync with its model's text, the resolved target and the connector's version. */
export function definitionDigest(ask: {
  readonly definition: SyncDefinition;
  readonly modelSql: string;
  readonly target: PlanTarget;
  readonly connectorVersion: number;
}): string {
  return sha256(canonicalJson(ask));
}

/** sha256 hex of the definition's digest, the ledger's revision, the hash of the changes, and what guards are judged by. */
export function planDigest(
  header: Pick<PlanHeader, "definitionDigest" | "ledgerRevision" | "ledger" | "fingerprint" | "basis" | "firstRun">,
  changes: string,
): string {
  const { definitionDigest, ledgerRevision, ledger, fingerprint, basis, firstRun } = header;
  return sha256(canonicalJson([definitionDigest, ledgerRevision, ledger, changes, fingerprint, basis, firstRun]));
}

/** What a field's values are made of: a hash that changes with the model's text and the mapping, not with the rows. */
export function madeFrom(...parts: readonly unknown[]): string {
  return sha256(canonicalJson(parts)).slice(0, 16);
}

/**
 * A hash of all changes and notes that does not depend on their order: sums of the halves of each row's md5, over
 * values that carry their length, so that no two rows run together. Values before are shown, not sent, and left out.
 */
export async function changesHash(
  work: Pick<Work, "db" | "fields" | "lookups"> & Partial<Pick<Work, "signal">>,
): Promise<string> {
  const { db, fields, lookups, signal } = work;
  const values = (state: string): readonly string[] => [
    ...["action", "key", "remote_id", "match", "match_before", "origin", "takes_over", state].flatMap(measured),
    ...fields.flatMap((field) => [
      `if(${part("write", field)}, 'w', '-')`,
      ...measured(part("now", field)),
      ...(lookups.has(field) ? measured(part("found", field)) : []),
    ]),
  ];
  const parts = [
    await sums(db, "changes", values("null::varchar"), signal),
    await sums(db, "notes", values("state"), signal),
  ];
  return parts.join("/");
}

async function sums(
  db: DuckDb,
  table: string,
  values: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const [row] = await db.rows<{ text: string }>(
    `select concat_ws(' ', count(*), coalesce(sum((h >> 64)::ubigint), 0), coalesce(sum((h & 18446744073709551615::uhugeint)::ubigint), 0)) as text
     from (select md5_number(concat(${values.join(", ")}))::uhugeint as h from ${table})`,
    signal,
  );
  return row?.text ?? "";
}

/** For concat, which leaves out a NULL: its length says that it was one. */
function measured(value: string): readonly string[] {
  return [`coalesce(strlen(${value}), -1)`, "':'", value];
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON with the keys of every object in order; what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
