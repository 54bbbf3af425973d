/** The smallest text edits for what a user means; or why they cannot be made, in a sentence. */
import { type Path } from "../problem";
import { type Writable } from "../project/yaml-edit";
import { readYaml } from "../project/yaml-text";
import { removeField, removeKey, renameField, setFields, setScalar, type TextEdit } from "./edit";
import { type Intent } from "./intent";

export type Applied = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

/** What a change was not made for. */
const uncertain =
  "This place cannot be changed here with certainty: it is shared by an alias, or written in an unusual way. Change it in the text.";

export function applyIntent(text: string, intent: Intent): Applied {
  const { problems, data } = readYaml(text);
  if (problems.length > 0) {
    return { refused: "The file cannot be read as YAML just now, so it is not changed. Mend the text first." };
  }
  const fields = mapAt(data, "fields");
  switch (intent.intent) {
    case "map":
      return made(setFields(text, [intent]));
    case "map-all": {
      const names = intent.mappings.map(({ field }) => field);
      if (new Set(names).size < names.length) return { refused: "A field can be mapped once only." };
      return made(setFields(text, intent.mappings));
    }
    case "unmap":
      if (!Object.hasOwn(fields, intent.field)) return { refused: notMapped(intent.field) };
      return made(removeField(text, intent.field));
    case "retarget":
      if (!Object.hasOwn(fields, intent.field)) return { refused: notMapped(intent.field) };
      if (intent.to !== intent.field && Object.hasOwn(fields, intent.to))
        return { refused: `"${intent.to}" is mapped already. Remove that mapping first.` };
      return made(renameField(text, intent.field, intent.to));
    case "set":
      return set(text, fields, intent);
    case "reset":
      return made(removeKey(text, intent.path));
  }
}

function set(
  text: string,
  fields: Readonly<Record<string, unknown>>,
  { path, value }: { readonly path: Path; readonly value: Writable },
): Applied {
  const [part, field, option] = path;
  if (part !== "fields" || typeof field !== "string" || option === undefined) return made(setScalar(text, path, value));
  if (!Object.hasOwn(fields, field)) return { refused: notMapped(field) };
  // `email: email` becomes `email: { column: email, … }`: only the longer form has room for an option.
  const written = fields[field];
  if (typeof written !== "string") return made(setScalar(text, path, value));
  if (path.length > 3) return { refused: uncertain };
  return made(setFields(text, [{ field, mapping: { column: written, [option]: value } }]));
}

function made(edits: readonly TextEdit[] | undefined): Applied {
  return edits === undefined ? { refused: uncertain } : { edits };
}

function notMapped(field: string): string {
  return `"${field}" is not mapped any more.`;
}

function mapAt(data: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = isMap(data) ? data[key] : undefined;
  return isMap(found) ? found : {};
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
