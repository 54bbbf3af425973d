/** Updates that have nothing left to write. */
import { written } from "./diff";
import { changeColumnList } from "./files";
import { count, type Work } from "./work";

/**
 * Remember them as considered; one of a record that the ledger does not know is no change at all. Gives how many of
 * the latter there were.
 */
export async function settleEmpty({ db, fields, lookups, signal }: Work): Promise<number> {
  const empty = `action = 'update' and not ${written(fields)}`;
  const found = await count(db, `select count(*) from changes where ${empty}`);
  if (found === 0) return 0;
  const columns = changeColumnList(fields, lookups).join(", ");
  const unknown = await count(db, `select count(*) from changes where ${empty} and kind = 'new'`);
  await db.run(
    `insert into notes (${columns}, state) select ${columns}, 'live' from changes where ${empty} and kind <> 'new'`,
    signal,
  );
  await db.run(`delete from changes where ${empty}`, signal);
  return unknown;
}
