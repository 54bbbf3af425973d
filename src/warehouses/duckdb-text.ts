/** Text and names as DuckDB's SQL writes them. */

export function sqlString(text: string): string {
  const parts = text.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  // A zero byte cannot stand in a statement.
  return parts.length === 1 ? parts.join("") : `(${parts.join(" || chr(0) || ")})`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
