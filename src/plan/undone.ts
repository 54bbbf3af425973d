/** What a run did, from the plan that it carried out and what the ledger says became of it. */
import { type PresentRecord } from "../destinations/destination";
import { type Action } from "../record";
import { type DuckDb, sqlString } from "../warehouses/duckdb-driver";
import { type Cell } from "../warehouses/warehouse";
import { part, sendable } from "./files";
import { type Done } from "./inverse";
import { ledgerName } from "./pair";
import { type RevertInput } from "./revert-input";
import { count } from "./work";

const undone = "sluice_undone";

/** What is needed to tell what a run did. */
export type Ran = Pick<RevertInput, "run" | "kept" | "before" | "rejected" | "reverts" | "signal"> & {
  /** hashed: it keeps no values, so that it cannot say which fields a destination left out. */
  readonly ledger: { readonly file: string; readonly hashed?: unknown };
};

/** What the run did, the last first: table `done`, with a verdict where a look at the destination is not needed. */
export async function gather(
  db: DuckDb,
  input: Ran,
  fields: readonly string[],
): Promise<{ readonly reverted: number }> {
  const { signal } = input;
  await db.run("create table was (change bigint, json varchar)");
  for await (const page of input.before) {
    await db.append(
      "was",
      ["change", "json"],
      page.map(([change, held]) => [change, JSON.stringify(held)]),
    );
  }
  await db.run("create temp table refused (key varchar)");
  await db.append(
    "refused",
    ["key"],
    input.rejected.map((key) => [key]),
  );
  await db.attach(input.kept.file, undone, "read");
  await db.attach(input.ledger.file, ledgerName, "read");
  try {
    const columns = new Set((await columnsOf(db, `${undone}.changes`)).map((name) => name));
    const kept = new Set((await columnsOf(db, `${ledgerName}.records`)).map((name) => name.toLowerCase()));
    const hasValues = input.ledger.hashed === undefined || input.ledger.hashed === false;
    const lookups = new Set(fields.filter((field) => columns.has(`v:${field}`)));
    const perField = fields.flatMap((field, index) => {
      const sent = sendable(field, lookups).replace(/^/, "c.");
      // A field that the destination left out although it took the record was not changed.
      const took =
        hasValues && kept.has(`s:${field}`.toLowerCase())
          ? ` and (l.state not in ('live', 'held') or l.${part("sent", field)} is not distinct from ${sent})`
          : "";
      return [
        `(coalesce(c.${part("write", field)}, false)${took}) as w${index}`,
        `${sent} as x${index}`,
        `c.${part("before", field)} as b${index}`,
      ];
    });
    await db.run(
      `create table done as
       select row_number() over (order by c.id desc) as id, c.id as change, c.action, c.key, coalesce(l.remote_id, c.remote_id) as remote_id,
         c.match, c.match_before, l.origin, l.state, ${verdict(input)} as verdict, w.json as was, ${perField.join(", ")}
       from ${undone}.changes c left join ${ledgerName}.records l on l.key = c.key left join was w on w.change = c.id`,
      signal,
    );
  } finally {
    await db.detach(undone);
    await db.detach(ledgerName);
  }
  const reverted = await count(db, "select count(*) from done where verdict = 'reverted'");
  await db.run("delete from done where verdict in ('nothing', 'reverted')");
  return { reverted };
}

/**
 * NULL: to be taken back. nothing: the run did nothing to the record, or it was forgotten; reverted: taken back before;
 * else why it is left.
 */
function verdict({ run, reverts }: Ran): string {
  const mine = `(l.run = ${sqlString(run)} and l.change = c.id)`;
  const taken = reverts.length === 0 ? "false" : `l.run in (${reverts.map(sqlString).join(", ")})`;
  return `case when l.key is null then 'nothing'
    when ${mine} or ${taken} then
      case when l.state = 'doubt' then 'in-doubt' when l.state = 'skipped' then 'nothing'
           when ${mine} or l.state = 'uncertain' then null else 'reverted' end
    when l.run > ${sqlString(run)} and c.key not in (select key from refused) then 'later-run'
    else 'nothing' end`;
}

export interface Candidate extends Done {
  readonly id: number;
  readonly key: string;
  readonly matchBefore: string | null;
}

export function doneOf(row: readonly Cell[], fields: number): Candidate {
  const [id, action, key, remoteId, match, matchBefore, origin, state, was, ...cells] = row;
  const text = (cell: Cell | undefined): string | null => (cell === null || cell === undefined ? null : String(cell));
  return {
    id: Number(id),
    action: action as Action,
    key: String(key),
    remoteId: text(remoteId),
    match: text(match),
    matchBefore: text(matchBefore),
    origin: text(origin),
    uncertain: state === "uncertain",
    was: was === null || was === undefined ? undefined : (JSON.parse(String(was)) as PresentRecord | "absent"),
    fields: Array.from({ length: fields }, (_, index) => {
      const [written, sent, before] = cells.slice(index * 3, index * 3 + 3);
      return { written: written === true, sent: text(sent), before: text(before) };
    }),
  };
}

async function columnsOf(db: DuckDb, table: string): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(`select column_name as name from (describe ${table})`);
  return rows.map(({ name }) => name);
}
