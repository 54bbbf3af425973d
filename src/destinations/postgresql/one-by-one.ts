/**
 * The same row by row, in one transaction still: the server takes back what it refuses of each row, and goes on. For batches
 * of which some row was refused: halving them would need a dozen transactions for each such row.
 */
import { type DatabaseFailure, type Statement, type StatementResult } from "../database";
import { type DeliverContext } from "../destination";
import { type Shape } from "../sql/shapes";
import { notOfRows } from "./errors";
import { dollarQuoted, literal, quoted } from "./names";
import { type Doing, place, stageName, workOf } from "./statements";

export interface Done {
  /** Places of the rows that a statement of this kind was for. */
  readonly places: Readonly<Partial<Record<Doing, ReadonlySet<string>>>>;
  readonly refused: ReadonlyMap<string, DatabaseFailure>;
}

const done = `pg_temp.${quoted("sluice done")}`;

/** The last one answers; see `doneIn`. */
export function oneByOne(shapes: readonly Shape[], context: DeliverContext): readonly Statement[] {
  return [
    { sql: "set constraints all immediate" },
    {
      sql: `create temp table ${quoted("sluice done")} (shape int, place int, what text, code text, message text, detail text, col text, con text) on commit drop`,
    },
    ...shapes.flatMap((shape, index) => {
      const one = `(select * from ${stageName(index)} where ${place} = r.place)`;
      const { stage, steps } = workOf(shape, index, context, one);
      return [...stage, { sql: `do ${dollarQuoted(loop(index, steps))}` }];
    }),
    {
      sql: `select shape, place, what, code, message, detail, col, con from ${done} order by what <> 'refused', shape, place`,
      shown: true,
    },
  ];
}

function loop(index: number, steps: readonly (readonly [Doing, string])[]): string {
  const work = steps.map(([what, sql]) =>
    what === "append"
      ? `${sql};`
      : `for w in ${sql} loop insert into ${done} values (${index}, r.place, ${literal(what)}); end loop;`,
  );
  return `
#variable_conflict use_column
declare r record; w record; e_code text; e_message text; e_detail text; e_column text; e_constraint text;
begin
  for r in select ${place} as place from ${stageName(index)} order by 1 loop
    begin
      ${work.join("\n      ")}
    exception when others then
      get stacked diagnostics e_code = returned_sqlstate, e_message = message_text, e_detail = pg_exception_detail,
        e_column = column_name, e_constraint = constraint_name;
      if e_code ~ '^(${notOfRows.join("|")})' then raise; end if;
      insert into ${done} values (${index}, r.place, 'refused', e_code, e_message, e_detail, e_column, e_constraint);
    end;
  end loop;
end`;
}

/** Of each shape what became of its rows. */
export function doneIn({ rows }: StatementResult, shape: number): Done {
  const places: Partial<Record<string, Set<string>>> = {};
  const refused = new Map<string, DatabaseFailure>();
  for (const [of, at, what, code, message, detail, column, constraint] of rows) {
    if (of !== String(shape) || typeof at !== "string" || typeof what !== "string") continue;
    if (what !== "refused") (places[what] ??= new Set()).add(at);
    else
      refused.set(at, {
        code: code ?? "",
        message: message ?? "",
        ...(detail ? { detail } : {}),
        ...(column ? { column } : {}),
        ...(constraint ? { constraint } : {}),
      });
  }
  return { places, refused };
}
