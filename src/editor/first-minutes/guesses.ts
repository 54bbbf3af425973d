/** What a wizard proposes first; the user may always choose otherwise. */

/** Names that differ in case and separators only are the same. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** An id that people and systems share: an external id, an e-mail, else the first field with a column of its name. */
export function guessMatch(
  fields: readonly { readonly name: string }[],
  columns: readonly string[],
): string | undefined {
  const held = fields.filter(({ name }) => columns.some((column) => plainName(column) === plainName(name)));
  const wanted = ["externalid", "email", "id"];
  return (
    wanted.flatMap((name) => held.find((field) => plainName(field.name) === name) ?? [])[0] ??
    held[0] ??
    fields.find(({ name }) => wanted.includes(plainName(name)))
  )?.name;
}

/** `id`, the first `…_id`, the column that the match comes from, else the first. */
export function guessKey(columns: readonly string[], matchColumn: string | undefined): string | undefined {
  return (
    columns.find((column) => plainName(column) === "id") ??
    matchColumn ??
    columns.find((column) => /_id$/i.test(column)) ??
    columns[0]
  );
}

/** The object's name, or where a sync has it, what the rows come from as well. */
export function freeName(
  object: string,
  source: { readonly table: string } | { readonly file: string } | { readonly sql: string } | undefined,
  taken: readonly string[],
): string {
  const from =
    source === undefined || "sql" in source
      ? ""
      : "table" in source
        ? (source.table.split(".").at(-1) ?? "")
        : (source.file.split("/").at(-1) ?? "").replace(/\.sql$/i, "");
  const words = (text: string): string => text.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "");
  const names = [words(object), [words(from), words(object)].filter((part) => part !== "").join("-to-")];
  const free = names.find((name) => name !== "" && !taken.includes(name));
  if (free !== undefined) return free;
  for (let number = 2; ; number++) if (!taken.includes(`${names[0]}-${number}`)) return `${names[0]}-${number}`;
}
