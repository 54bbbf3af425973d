/** Ledgers and plan files for tests, in a folder that goes away. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fingerprint } from "../../../src/ledger/ledger";
import { type LocalLedger, openLocalLedger } from "../../../src/ledger/local";
import { openDuckDb, sqlName } from "../../../src/warehouses/duckdb-driver";
import { type Cell } from "../../../src/warehouses/warehouse";

export const fingerprint: Fingerprint = {
  account: "1234",
  connectionType: "hubspot",
  object: "contacts",
  match: "email",
  key: ["id"],
};

/** A change as a test writes it: a field's `c`, and `w` for those that are to be written. */
export interface Row {
  readonly action?: "create" | "update" | "delete";
  readonly key: string;
  readonly remote_id?: string;
  readonly match?: string;
  readonly origin?: string;
  readonly takes_over?: string;
  readonly state?: string;
  readonly write?: Readonly<Record<string, string>>;
  readonly keep?: Readonly<Record<string, string>>;
  /** Of lookup fields: what is sent instead of the considered value. */
  readonly found?: Readonly<Record<string, string>>;
}

export interface Desk {
  readonly folder: string;
  readonly ledger: LocalLedger;
  /** Writes a plan file of changes and notes, numbered from 1; gives its path. */
  plan(changes: readonly Row[], notes?: readonly Row[], lookups?: readonly string[]): Promise<string>;
  /** All rows by key: state and origin, remote id, match, then each field's considered → sent. */
  rows(): Promise<Readonly<Record<string, string>>>;
}

export async function atDesk(
  work: (desk: Desk) => Promise<void>,
  options: { readonly values?: boolean } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ledger-"));
  const file = join(folder, "ledger", "contacts.duckdb");
  const ledger = openLocalLedger({
    file,
    lockFile: join(folder, "locks", "contacts.lock"),
    now: () => Date.parse("2026-11-23T12:00:00.250Z"),
    patienceMs: 200,
  });
  let plans = 0;
  try {
    await ledger.create({ sync: "contacts", target: "dev", fingerprint, values: options.values ?? true });
    await work({
      folder,
      ledger,
      plan: (changes, notes = [], lookups = []) =>
        writePlan(join(folder, `plan-${(plans += 1)}.duckdb`), changes, notes, lookups),
      rows: () => readRows(file),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fixed = ["id", "action", "key", "remote_id", "match", "match_before", "origin", "takes_over"] as const;

export async function writePlan(
  file: string,
  changes: readonly Row[],
  notes: readonly Row[],
  lookups: readonly string[] = [],
): Promise<string> {
  const fields = [...new Set([...changes, ...notes].flatMap((row) => Object.keys({ ...row.write, ...row.keep })))];
  const db = await openDuckDb(file);
  for (const [table, rows] of [
    ["changes", changes],
    ["notes", notes],
  ] as const) {
    const columns = [
      ...fixed.map((name) => `${sqlName(name)} ${name === "id" ? "bigint" : "varchar"}`),
      ...fields.flatMap((field) =>
        [`c:${field}`, `w:${field}`, `b:${field}`, `d:${field}`].map(
          (name) => `${sqlName(name)} ${/^[wd]/.test(name) ? "boolean" : "varchar"}`,
        ),
      ),
      ...lookups.map((field) => `${sqlName(`v:${field}`)} varchar`),
      ...(table === "notes" ? ["state varchar"] : []),
    ];
    await db.run(`create table ${table} (${columns.join(", ")})`);
    const names = [
      ...fixed,
      ...fields.flatMap((field) => [`c:${field}`, `w:${field}`]),
      ...lookups.map((field) => `v:${field}`),
      ...(table === "notes" ? ["state"] : []),
    ];
    const cells = rows.map((row, index): Cell[] => [
      index + 1,
      row.action ?? "create",
      row.key,
      row.remote_id ?? null,
      row.match ?? null,
      null,
      row.origin ?? null,
      row.takes_over ?? null,
      ...fields.flatMap((field) => [row.write?.[field] ?? row.keep?.[field] ?? null, row.write?.[field] !== undefined]),
      ...lookups.map((field) => row.found?.[field] ?? null),
      ...(table === "notes" ? [row.state ?? "live"] : []),
    ]);
    await db.append(table, names, cells);
  }
  db.close();
  return file;
}

async function readRows(file: string): Promise<Readonly<Record<string, string>>> {
  const db = await openDuckDb(file, { readOnly: true });
  const rows = await db.rows<Record<string, string | null>>("select * from records order by key");
  db.close();
  return Object.fromEntries(
    rows.map((row) => {
      const fields = Object.keys(row).filter((name) => name.startsWith("c:"));
      const values = fields.map((name) => {
        const field = name.slice(2);
        return `${field}=${row[name] ?? "-"}→${row[`s:${field}`] ?? "-"}`;
      });
      return [row.key, [row.state, row.origin ?? "-", row.remote_id ?? "-", row.match ?? "-", ...values].join(" ")];
    }),
  );
}
