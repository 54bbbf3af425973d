/** Names of things in SQL, quoted always; and the names by which a sync calls tables. */

export function quoted(name: string): string {
  return `"${name.replaceAll("\0", "").replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("\0", "").replaceAll("'", "''")}'`;
}

/** A body whose own text cannot end it. */
export function dollarQuoted(body: string): string {
  let tag = "$sluice$";
  for (let number = 1; body.includes(tag); number += 1) tag = `$sluice${number}$`;
  return `${tag}${body.replaceAll("\0", "")}${tag}`;
}

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** `customers` in the connection's own schema, else `crm.customers`; a part with a dot or a quote stands in quotes. */
export function objectName({ schema, table }: TableName, home: string): string {
  return schema === home ? part(table) : `${part(schema)}.${part(table)}`;
}

/** Inverse of objectName. */
export function tableOf(object: string, home: string): TableName {
  const parts = [...object.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(([, inQuotes, plain]) =>
    inQuotes === undefined ? (plain ?? "") : inQuotes.replaceAll('""', '"'),
  );
  const [first = object, second] = parts;
  return second === undefined ? { schema: home, table: first } : { schema: first, table: second };
}

export function sqlName({ schema, table }: TableName): string {
  return `${quoted(schema)}.${quoted(table)}`;
}

function part(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
