/** DuckDB's SQL for canonical values (see value.ts). */
import { type LogicalType, nullTag, tags } from "../value";
import { sqlName, sqlString } from "./duckdb-text";
import { type Column, type Dialect } from "./warehouse";

/** Expressions are repeated in what these functions give: pass a column, or something cheap and deterministic. */
export const duckdbDialect: Dialect = {
  name: "duckdb",
  identifier: sqlName,
  literal: sqlString,
  number(text) {
    if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error("not a number in canonical form");
    return text.startsWith("-") ? `(${text})` : text;
  },
  tagged: (expression, column) => {
    const tag = tags[column.type ?? "text"];
    return `coalesce('${tag}:' || ${canonical(expression, column)}, '${nullTag}')`;
  },
  canonical,
  display: (expression, column) => `coalesce(${canonical(expression, column)}, '')`,
  concat: (expressions) => (expressions.length === 0 ? "''" : `(${expressions.join(" || ")})`),
  distinct: (a, b) => `((${a}) is distinct from (${b}))`,
  length: (text) => `length(${text})`,
  left: (text, characters) => `left(${text}, ${Math.trunc(characters)})`,
  trim: (text, characters) => `trim(${text}, ${sqlString(characters)})`,
  matches: (text, pattern) => `regexp_matches(${text}, ${sqlString(pattern)})`,
  tryCast: (text, type) => `try_cast(${text} as ${type === "number" ? "double" : type})`,
  countIf: (condition) => `count(*) filter (where ${condition})`,
  repeated: (expression) =>
    `where ${expression} is not null qualify count(*) over (partition by ${expression}) > 1 order by ${expression}`,
};

/** Expression → a cell for people: numbers and booleans as they are, everything else in its canonical form. */
export function shown(expression: string, column: Column): string {
  // By way of its text, so that 0.1 is not shown as 0.10000000149011612.
  if (column.native === "FLOAT") return `cast(cast(${expression} as varchar) as double)`;
  const asItIs = column.type === "number" || column.type === "boolean" || column.native === "VARCHAR";
  return asItIs ? expression : canonical(expression, column);
}

/** The logical type of a type as DESCRIBE prints it. undefined: binary, or of no known form. */
export function logicalTypeOf(native: string): LogicalType | undefined {
  if (/[\])]$/.test(native) && /(\[\d*\]$)|^(STRUCT|MAP|UNION)\(/.test(native)) return "json";
  if (/^(DECIMAL|ENUM)\(/.test(native)) return native.startsWith("D") ? "number" : "text";
  return simpleTypes.get(native);
}

const simpleTypes: ReadonlyMap<string, LogicalType> = new Map<string, LogicalType>([
  ...["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM", "FLOAT", "DOUBLE"].map(
    (name) => [name, "number"] as const,
  ),
  ...["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"].map((name) => [name, "number"] as const),
  ...["VARCHAR", "UUID", "TIME", "TIME_NS", "TIME WITH TIME ZONE", "INTERVAL", "BIT", '"NULL"'].map(
    (name) => [name, "text"] as const,
  ),
  ...["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"].map((name) => [name, "timestamp"] as const),
  ["TIMESTAMP WITH TIME ZONE", "instant"],
  ["BOOLEAN", "boolean"],
  ["DATE", "date"],
  ["JSON", "json"],
]);

function canonical(expression: string, column: Column): string {
  const text = `cast(${expression} as varchar)`;
  switch (column.type) {
    case "number":
      if (column.native.startsWith("DECIMAL")) return decimal(text, column.native);
      return column.native === "DOUBLE" || column.native === "FLOAT" ? floating(text) : text;
    case "timestamp":
      return `regexp_replace(${text}, '^(\\d+-\\d+-\\d+) ', '\\1T')`;
    case "instant":
      // The infinities have no date part and stay as they are.
      return `regexp_replace(cast(timezone('UTC', ${expression}) as varchar), '^(\\d+-\\d+-\\d+) (.*)$', '\\1T\\2Z')`;
    case "json":
      return column.native === "JSON"
        ? `cast(json(${expression}) as varchar)`
        : `cast(to_json(${expression}) as varchar)`;
    case undefined:
      return column.native === "BLOB" ? `hex(${expression})` : text;
    default:
      return text;
  }
}

function decimal(text: string, native: string): string {
  return /,\s*0\)$/.test(native) ? text : `rtrim(rtrim(${text}, '0'), '.')`;
}

/**
 * DuckDB prints the shortest digits that give the same number back, with an exponent from 1e16 and below 1e-4. The
 * digits are kept and the point moved; from 1e21 the form is the same as JavaScript's.
 */
function floating(text: string): string {
  const sign = `(case when ${text} like '-%' then '-' else '' end)`;
  const mantissa = `replace(ltrim(split_part(${text}, 'e', 1), '-'), '.', '')`;
  const exponent = `try_cast(split_part(${text}, 'e', 2) as integer)`;
  return (
    `case when ${text} like '%e-%' then ${sign} || '0.' || repeat('0', -1 - ${exponent}) || ${mantissa}` +
    ` when ${text} like '%e+%' and ${exponent} < 21 then ${sign} || rpad(${mantissa}, 1 + ${exponent}, '0')` +
    ` when ${text} = '-0.0' then '0' else regexp_replace(${text}, '\\.0$', '') end`
  );
}
