/** The statements that carry out rows of one shape: loaded by COPY into a table of the columns' own types, and from there set by set. */
import { type Statement } from "../database";
import { type DeliverContext } from "../destination";
import { type Shape, type ShapedRow } from "../sql/shapes";
import { schemaOf } from "./connection";
import { quoted, sqlName, tableOf } from "./names";

/** What a statement does with the loaded rows. All but append answer with the places of the rows they were for. */
export type Doing = "append" | "move" | "update" | "insert" | "remove";

export interface Work {
  readonly shape: Shape;
  readonly stage: readonly Statement[];
  /** In this order. */
  readonly steps: readonly (readonly [Doing, string])[];
}

export const place = quoted("sluice place");
const was = quoted("sluice was");

export function stageName(index: number): string {
  return `pg_temp.${quoted(`sluice_${index}`)}`;
}

/** `from`: what the steps read instead of all the loaded rows. */
export function workOf(shape: Shape, index: number, context: DeliverContext, from = stageName(index)): Work {
  const table = sqlName(tableOf(context.object.name, schemaOf(context.config)));
  const columns = shape.columns.map(quoted);
  const match = context.match === undefined ? undefined : quoted(context.match);
  const loaded = [place, ...(match === undefined ? [] : [was, match]), ...columns];
  const types = columns.map((column) => `t.${column}`);
  const picked = match === undefined ? types : [`t.${match} as ${was}`, `t.${match}`, ...types];
  const all = [...(match === undefined ? [] : [match]), ...columns];
  return {
    shape,
    stage: [
      {
        sql: `create temp table ${quoted(`sluice_${index}`)} on commit drop as select ${["0 as " + place, ...picked].join(", ")} from ${table} t with no data`,
      },
      {
        sql: `copy ${stageName(index)} (${loaded.join(", ")}) from stdin`,
        rows: shape.rows.map((row) => cellsOf(row, match !== undefined)),
      },
    ],
    steps:
      match === undefined || context.mode === "append"
        ? [
            [
              "append",
              `insert into ${table} (${all.join(", ")}) select ${all.join(", ")} from ${from} s order by ${place}`,
            ],
          ]
        : matched({ work: shape.work, table, match, columns, from, stage: stageName(index) }, context.mode),
  };
}

interface Matched {
  readonly work: Shape["work"];
  readonly table: string;
  readonly match: string;
  readonly columns: readonly string[];
  readonly from: string;
  readonly stage: string;
}

function matched({ work, table, match, columns, from, stage }: Matched, mode: DeliverContext["mode"]): Work["steps"] {
  const source = `${from} s`;
  const same = `t.${match} = s.${match}`;
  const all = [match, ...columns];
  const set = (names: readonly string[]): string => `set ${names.map((one) => `${one} = s.${one}`).join(", ")}`;
  const update = [
    "update",
    `update ${table} t ${set(columns.length === 0 ? [match] : columns)} from ${source} where ${same} returning s.${place}`,
  ] as const;
  const insert = [
    "insert",
    `with made as (insert into ${table} (${all.join(", ")}) select ${all.map((one) => `s.${one}`).join(", ")} from ${source} where not exists (select from ${table} t where ${same}) order by s.${match} on conflict (${match}) do nothing returning ${match}) select s.${place} from made t join ${source} on ${same}`,
  ] as const;
  if (work === "remove")
    return [["remove", `delete from ${table} t using ${source} where ${same} returning s.${place}`]];
  if (work === "clear") return [update];
  if (mode === "insert") return [insert];
  const written = mode === "update" ? [update] : [update, insert];
  if (work === "write") return written;
  const move = `with moved as (update ${table} t ${set(all)} from ${source} where t.${match} = s.${was} returning s.${place}), gone as (delete from ${stage} s using moved m where s.${place} = m.${place}) select ${place} from moved`;
  return [["move", move], ...written];
}

function cellsOf({ place: number, match, was: before, cells }: ShapedRow, hasMatch: boolean) {
  return hasMatch ? [String(number), before === "" ? match : before, match, ...cells] : [String(number), ...cells];
}
