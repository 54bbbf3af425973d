/**
 * What a model's columns hold, by one query over its first rows. Each value is counted as canonical text; per column
 * the most frequent come out, with how many rows, NULLs and different values there are. Only functions that every
 * warehouse has are used.
 */
import { type Column, type Dialect } from "../warehouses/warehouse";
import { compileAround, type CompiledQuery, type ModelText } from "./compile";

export interface FactsInput {
  readonly model: ModelText;
  readonly columns: readonly Column[];
  /** Rows to look at. */
  readonly rows: number;
  /** Most frequent values to give of each column. */
  readonly examples: number;
}

/** Rows: column's index, value, rows with it, rows with NULL, different values, all rows; the most frequent first. */
export function compileFacts({ model, columns, rows, examples }: FactsInput, dialect: Dialect): CompiledQuery {
  const each = columns.map((column, index) => {
    const value = dialect.canonical(dialect.identifier(column.name), column);
    return `select ${index} as place, ${value} as value from sluice_sample`;
  });
  const before = "with sluice_sample as (select * from ";
  const after =
    ` limit ${Math.trunc(rows)}), ` +
    `sluice_values as (${each.join(" union all ")}), ` +
    "sluice_counts as (select place, value, count(*) as times from sluice_values group by place, value), " +
    "sluice_ranks as (select place, value, times, " +
    "sum(case when value is null then times else 0 end) over (partition by place) as nulls, " +
    "count(value) over (partition by place) as different, " +
    "sum(times) over (partition by place) as total, " +
    "row_number() over (partition by place order by case when value is null then 1 else 0 end, times desc, value) as rank_ " +
    "from sluice_counts) " +
    `select place, value, times, nulls, different, total from sluice_ranks where rank_ <= ${Math.trunc(examples)} ` +
    "order by place, rank_";
  return compileAround(model, dialect, [before, after]);
}
