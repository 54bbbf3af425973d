/** Types that change beneath a sync: what each field's values were made of at the last run, against now. */
import { type LedgerHeader, type Made } from "../ledger/ledger";
import { type SyncDefinition } from "../sync/definition";
import { type Mapping } from "./compile";
import { madeFrom } from "./digest";
import { part } from "./files";
import { count, type Work } from "./work";

/** A field that has another type than at the last run, while model and mapping are the same. */
export interface Suspect {
  readonly field: string;
  readonly was: string;
  readonly is: string;
}

export interface Drift extends Suspect {
  readonly records: number;
}

/** The name of the key among the fields. */
const theKey = "the model's key";

export function madeOf(
  definition: SyncDefinition,
  modelSql: string,
  mapping: Pick<Mapping, "keys" | "fields">,
): Readonly<Record<string, Made>> {
  const { source, key } = definition.model;
  const fields = mapping.fields.flatMap(({ mapping: made, type }) =>
    type === "mixed" ? [] : [[made.field, { type, from: madeFrom(source, modelSql, made) }] as const],
  );
  const keys = mapping.keys.map(({ type }) => type).join(", ");
  return { ...Object.fromEntries(fields), [theKey]: { type: keys, from: madeFrom(source, modelSql, key) } };
}

/** Whoever edits a model or a mapping means its types; of a table that changed beneath it nobody was asked. */
export function suspectsOf(made: Readonly<Record<string, Made>>, header: LedgerHeader | undefined): readonly Suspect[] {
  return Object.entries(made).flatMap(([field, { type, from }]) => {
    const before = header?.made?.[field];
    return before?.from === from && before.type !== type ? [{ field, was: before.type, is: type }] : [];
  });
}

/** Another type is harmless where the text stays: of each suspect, how many records does it alter? */
export async function countDrift(
  { db }: Pick<Work, "db">,
  suspects: readonly Suspect[],
  { values, removals }: { readonly values: boolean; readonly removals: number },
): Promise<readonly Drift[]> {
  const drifted: Drift[] = [];
  for (const suspect of suspects) {
    const altered = suspect.field === theKey ? "kind = 'new' or takes_over is not null" : alters(suspect.field, values);
    const changed = await count(db, `select count(*) from changes where ${altered}`);
    const records = suspect.field === theKey ? changed + removals : changed;
    if (records > 0) drifted.push({ ...suspect, records });
  }
  return drifted;
}

function alters(field: string, values: boolean): string {
  const [now, write, before] = [part("now", field), part("write", field), part("before", field)];
  const other = values ? ` and ${before} <> 'z:' and substr(${before}, 3) <> substr(${now}, 3)` : "";
  return `kind = 'live' and action = 'update' and ${write} and ${now} <> 'z:'${other}`;
}
