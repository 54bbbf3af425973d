/** Small pieces of SQL over a model that the author wrote. */

/** A table as SQL names it: as written where that is SQL, else as one quoted name (a path of a file, say). */
export function tableSql(table: string): string {
  return /^[\w$.]+$/.test(table) || /["`]/.test(table) ? table : `"${table}"`;
}

/** Some of a model's rows, and no more of its text than that. `rows`: what follows the model. */
export function narrowedSql(sql: string, rows: string): string {
  return `select * from (\n${sql}\n) as model_rows ${rows}`;
}
